namespace Progeny.Storage.Datasets.Contracts;

/// <summary>A rule of uniqueness.</summary>
/// <param name="Index">Its place in <c>x-table/unique</c>.</param>
/// <param name="Columns">The columns whose values, taken together, no two rows share.</param>
internal sealed record UniqueSet(int Index, IReadOnlyList<CompiledColumn> Columns)
{
    public string Path => FormattableString.Invariant($"x-table/unique/{Index}");
}
