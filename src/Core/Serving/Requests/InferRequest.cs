using Progeny.Abstractions.Queries;

namespace Progeny.Core.Serving.Requests;

/// <summary>An inference request of the protocol as it was read.</summary>
/// <param name="Query">What it asks.</param>
/// <param name="Binary">How it wants the answer.</param>
internal sealed record InferRequest(InferQuery Query, BinaryOutputs Binary);
