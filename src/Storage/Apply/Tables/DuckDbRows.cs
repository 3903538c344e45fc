using Progeny.Core.Common;
using Progeny.Storage.Datasets;

namespace Progeny.Storage.Apply.Tables;

/// <summary>The rows of a Parquet file.</summary>
/// <param name="Session">A session that may read the file, and write into its folder.</param>
/// <param name="Path">The file.</param>
public sealed record DuckDbRows(DuckDbSession Session, string Path)
{
    /// <summary>SQL for expressions over the rows, in their order.</summary>
    public string Select(IEnumerable<string> expressions) =>
        $"SELECT {string.Join(", ", expressions)} FROM read_parquet({SqlText.Literal(Path)})";
}
