using System.Collections.Immutable;
using Progeny.Abstractions.Queries;

namespace Progeny.Core.QueryLog;

/// <summary>The tensors of a query or an answer as the query log keeps them.</summary>
/// <param name="Tensors">The tensors in the order of the request, or of the answer.</param>
/// <param name="HasData">False: they were too large for the log, which keeps their names, types and shapes only.</param>
public sealed record LoggedTensors(ImmutableArray<Tensor> Tensors, bool HasData);
