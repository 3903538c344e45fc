namespace Progeny.Core.Datasets;

/// <summary>The rows of trainings as Parquet files, from which the <c>data.csv</c> that the trainer was given comes back.</summary>
public interface ITrainingSnapshots
{
    /// <summary>
    /// Writes the rows of a <c>data.csv</c> as Parquet, in their order. Numbers and booleans have the types of the schema where the same
    /// file comes back from them, byte for byte; texts stay texts.
    /// </summary>
    /// <param name="dataFile">The rows.</param>
    /// <param name="digest">The SHA-256 of that file, which what comes back must have.</param>
    /// <param name="path">The file to write.</param>
    /// <exception cref="IOException">The rows do not come back the same, or there is no room.</exception>
    Task WriteAsync(string dataFile, string digest, TrainerSchema schema, string path, CancellationToken cancellationToken);

    /// <summary>Writes the <c>data.csv</c> that a snapshot was made of.</summary>
    /// <returns>The number of rows.</returns>
    /// <exception cref="IOException">The file is no snapshot.</exception>
    Task<long> RestoreAsync(string path, string dataFile, CancellationToken cancellationToken);
}
