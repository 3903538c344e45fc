namespace Progeny.Core.Datasets.Catalog;

/// <summary>A Parquet file with rows of a dataset: the table of a version is all its parts, in their order.</summary>
/// <param name="Digest">Of the file in the artifact store.</param>
/// <param name="Rows">The rows in it.</param>
/// <param name="Bytes">The size of the file.</param>
public sealed record DatasetPart(string Digest, long Rows, long Bytes);
