/** `node pay.mjs URL METHOD CHAIN RPC ASSET [BODY...]`: one paid POST for each body, its key in $PAYER_KEY.
 *
 * METHOD is what to pay by: upto, exact or batch-settlement, behind which `/permit2` or `/eip3009` may say how the token
 * moves. Prints a line of JSON for each answer: its status, what PAYMENT-RESPONSE says, its receipt, and its body.
 */
import { BatchSettlementEvmScheme } from "@x402/evm/batch-settlement/client";
import { ExactEvmScheme } from "@x402/evm/exact/client";
import { UptoEvmScheme } from "@x402/evm/upto/client";
import { toClientEvmSigner } from "@x402/evm";
import { decodePaymentResponseHeader, wrapFetchWithPaymentFromConfig } from "@x402/fetch";
import { createPublicClient, http } from "viem";
import { privateKeyToAccount } from "viem/accounts";

const SCHEMES = { upto: UptoEvmScheme, exact: ExactEvmScheme, "batch-settlement": BatchSettlementEvmScheme };

const [url, method, chain, rpc, asset, ...bodies] = process.argv.slice(2);
const [scheme, transfer] = method.split("/");
const network = `eip155:${chain}`;
const node = createPublicClient({ transport: http(rpc) });
const signer = toClientEvmSigner(privateKeyToAccount(process.env.PAYER_KEY), node);

const paying = wrapFetchWithPaymentFromConfig(fetch, {
  schemes: [{ network, client: new SCHEMES[scheme](signer) }],
  paymentRequirementsSelector: (_, accepted) =>
    accepted.find(({ extra }) => !transfer || extra.assetTransferMethod === transfer),
  spendControls: { allowedAssets: [{ network, asset, maxAmountPerPayment: (10n ** 20n).toString() }] },
});

for (const body of bodies) {
  const answer = await paying(url, { method: "POST", headers: { "content-type": "application/json" }, body });
  const settled = answer.headers.get("payment-response");
  console.log(
    JSON.stringify({
      status: answer.status,
      payment: settled && decodePaymentResponseHeader(settled),
      receipt: answer.headers.get("assay-receipt"),
      body: await answer.text(),
    }),
  );
}
