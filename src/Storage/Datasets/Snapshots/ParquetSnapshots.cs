using DuckDB.NET.Data;
using Progeny.Core.Common;
using Progeny.Core.Datasets;
using Progeny.Core.Manifests;

namespace Progeny.Storage.Datasets.Snapshots;

/// <inheritdoc cref="ITrainingSnapshots"/>
public sealed class ParquetSnapshots(DuckDbEngine engine) : ITrainingSnapshots
{
    private const int MaxLineBytes = 16 << 20;
    private const int BufferBytes = 2 * MaxLineBytes;
    private const string Text = "VARCHAR";

    /// <inheritdoc/>
    public async Task WriteAsync(
        string dataFile, string digest, TrainerSchema schema, string path, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(schema);
        var types = TypesOf(schema);
        try
        {
            if (await TryAsync(name => types.GetValueOrDefault(name, Text)))
                return;
        }
        catch (DuckDBException) when (!cancellationToken.IsCancellationRequested)
        {
            // A number that DuckDB reads otherwise, or not at all.
        }

        try
        {
            if (!await TryAsync(_ => Text))
                throw new IOException($"The rows of {Path.GetFileName(dataFile)} do not come back from Parquet as they were.");
        }
        catch (DuckDBException exception) when (!cancellationToken.IsCancellationRequested)
        {
            throw new IOException($"The rows cannot be written as Parquet: {exception.Message}", exception);
        }

        async Task<bool> TryAsync(Func<string, string> typeOf)
        {
            await WriteAsync(dataFile, [.. schema.Columns.Select(name => (name, typeOf(name)))], path, cancellationToken);
            var back = path + ".csv";
            try
            {
                await RestoreAsync(path, back, cancellationToken);
                return await FileDigest.ReadAsync(back, cancellationToken) == digest;
            }
            finally
            {
                File.Delete(back);
            }
        }
    }

    /// <inheritdoc/>
    public async Task<long> RestoreAsync(string path, string dataFile, CancellationToken cancellationToken)
    {
        await using var session = engine.Open(new DuckDbAccess([path], []));
        try
        {
            return await session.RunAsync(
                $"SELECT * FROM read_parquet({SqlText.Literal(path)})",
                command =>
                {
                    command.UseStreamingMode = true;
                    using var rows = command.ExecuteReader();
                    return TrainingDataWriter.Restore(rows, dataFile, cancellationToken);
                },
                cancellationToken);
        }
        catch (DuckDBException exception)
        {
            throw new IOException($"The snapshot of the rows cannot be read: {exception.Message}", exception);
        }
    }

    private async Task WriteAsync(
        string dataFile, IReadOnlyList<(string Name, string Type)> columns, string path, CancellationToken cancellationToken)
    {
        var read = string.Join(", ", columns.Select(column => $"{SqlText.Literal(column.Name)}: '{Text}'"));
        var taken = string.Join(", ", columns.Select(column =>
            $"CAST({SqlText.Name(column.Name)} AS {column.Type}) AS {SqlText.Name(column.Name)}"));
        await using var session = engine.Open(new DuckDbAccess([dataFile, path], []));
        await session.WriteParquetAsync(
            $$"""
                SELECT {{taken}} FROM read_csv({{SqlText.Literal(dataFile)}}, auto_detect = false, header = true, delim = ',',
                    quote = '"', escape = '"', new_line = '\n', nullstr = '', max_line_size = {{MaxLineBytes}},
                    buffer_size = {{BufferBytes}}, columns = { {{read}} })
            """,
            path,
            cancellationToken);
    }

    private static Dictionary<string, string> TypesOf(TrainerSchema schema)
    {
        var types = new Dictionary<string, string>(StringComparer.Ordinal);
        if (schema.Task is MachineLearningTask.Regression)
            types[schema.Label.Name] = "DOUBLE";
        foreach (var feature in schema.Features)
        {
            types[feature.Name] = feature.Type switch
            {
                FeatureType.Float => "DOUBLE",
                FeatureType.Int => "BIGINT",
                FeatureType.Bool => "BOOLEAN",
                _ => Text,
            };
        }

        return types;
    }
}
