using System.Text.Json;

namespace Progeny.Contracts.Datasets;

/// <summary>Some rows of a version.</summary>
/// <param name="Total">The rows of its table.</param>
/// <param name="Offset">How many rows were passed over.</param>
/// <param name="Rows">The rows, in their order, as objects; numbers that JSON has not (NaN) are texts.</param>
public sealed record DatasetRowsView(long Total, long Offset, IReadOnlyList<JsonElement> Rows);
