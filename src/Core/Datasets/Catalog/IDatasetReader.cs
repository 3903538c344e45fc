using System.Text.Json;

namespace Progeny.Core.Datasets.Catalog;

/// <summary>Reads the tables of versions.</summary>
public interface IDatasetReader
{
    /// <summary>Rows of a table in their order, each as a JSON object.</summary>
    /// <param name="version">It must be a table.</param>
    /// <param name="offset">How many rows are passed over.</param>
    /// <param name="limit">How many rows are read at most.</param>
    Task<IReadOnlyList<JsonElement>> ReadRowsAsync(DatasetVersion version, long offset, int limit, CancellationToken cancellationToken);

    /// <summary>The profile of a table; it is made and kept when it is asked for first.</summary>
    /// <param name="version">It must be a table.</param>
    Task<DatasetProfile> ProfileAsync(DatasetVersion version, CancellationToken cancellationToken);
}
