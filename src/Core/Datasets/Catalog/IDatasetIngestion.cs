namespace Progeny.Core.Datasets.Catalog;

/// <summary>Makes versions of datasets from files.</summary>
public interface IDatasetIngestion
{
    /// <summary>
    /// Takes in a file: finds out what it is, keeps it as it was sent and, where it is a table, as Parquet with typed columns, has it judged by
    /// the dataset's contract and adds it to the catalog. A dataset that does not exist is made. What cannot be read as a table is kept as a
    /// version without columns, whose note says why.
    /// </summary>
    /// <returns>The version; where it was taken in before with the same <see cref="IngestRequest.Once"/>, that one.</returns>
    /// <exception cref="IngestException">The file cannot be taken in as the request says; nothing of it is left.</exception>
    Task<DatasetVersion> IngestAsync(IngestRequest request, CancellationToken cancellationToken);
}
