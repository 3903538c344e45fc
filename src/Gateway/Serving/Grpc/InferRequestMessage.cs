namespace Progeny.Gateway.Serving.Grpc;

/// <summary>A <c>ModelInferRequest</c> in the bytes in which it came.</summary>
/// <param name="Body">Its bytes, or why the node did not take them; disposed by who answers it.</param>
internal sealed record InferRequestMessage(RequestBody Body);
