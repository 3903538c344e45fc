using DuckDB.NET.Data;
using Microsoft.ML.OnnxRuntime;

namespace Progeny.Data.Bench;

/// <summary>
/// The speed of a batch apply, from a Parquet file to a Parquet file, beside ONNX Runtime alone over the same batches in memory.
/// </summary>
internal static class ApplySpeed
{
    private const int BatchRows = 1_024;

    public static async Task RunAsync(DataNode node, BenchSettings settings)
    {
        var rows = settings.Rows ?? 500_000;
        var path = await node.WriteAsync("speed.parquet", DataNode.RowsSql(rows), "FORMAT parquet");
        var digest = await node.KeepAsync(path);
        using var arm = node.LoadArm();
        using var options = new SessionOptions { IntraOpNumThreads = 1, InterOpNumThreads = 1, EnableMemoryPattern = false };
        using var session = new InferenceSession(node.Model, options);
        var batches = Read(path, session);
        string[] wanted = [session.OutputMetadata.First(output => output.Value.ElementType == typeof(float)).Key];
        foreach (var (name, output) in new[] { ("file", "file:parquet"), ("dataset", "dataset:scores") })
        {
            await Usage.CompareAsync(
                $"apply.{name}.rows",
                rows,
                settings.Rounds,
                () => node.ApplyAsync(arm, digest, output),
                () => Task.Factory.StartNew(() => Run(session, batches, wanted), TaskCreationOptions.LongRunning));
        }

        foreach (var value in batches.SelectMany(batch => batch))
            value.Dispose();
    }

    private static void Run(InferenceSession session, List<OrtValue[]> batches, string[] wanted)
    {
        using var options = new RunOptions();
        foreach (var batch in batches)
        {
            using var results = session.Run(options, session.InputNames, batch, wanted);
            _ = results[0].GetTensorDataAsSpan<float>()[0];
        }
    }

    /// <summary>The tensors of all batches, one for each input.</summary>
    private static List<OrtValue[]> Read(string path, InferenceSession session)
    {
        using var connection = new DuckDBConnection("DataSource=:memory:");
        connection.Open();
        using var command = connection.CreateCommand();
        command.CommandText = $"SELECT {string.Join(", ", session.InputNames)} FROM read_parquet('{path}')";
        using var reader = command.ExecuteReader();
        var batches = new List<OrtValue[]>();
        var columns = session.InputNames.Select(_ => new List<double>(BatchRows)).ToList();
        while (true)
        {
            var hasRow = reader.Read();
            for (var i = 0; hasRow && i < columns.Count; i++)
                columns[i].Add(reader.IsDBNull(i) ? double.NaN : Convert.ToDouble(reader.GetValue(i), null));
            if (columns[0].Count == BatchRows || (!hasRow && columns[0].Count > 0))
            {
                batches.Add([.. session.InputNames.Select((name, i) => Tensor(session.InputMetadata[name], columns[i]))]);
                columns.ForEach(column => column.Clear());
            }

            if (!hasRow)
                return batches;
        }
    }

    private static OrtValue Tensor(NodeMetadata input, List<double> values)
    {
        long[] shape = [values.Count, 1];
        return input.ElementType == typeof(long)
            ? OrtValue.CreateTensorValueFromMemory([.. values.Select(value => (long)value)], shape)
            : OrtValue.CreateTensorValueFromMemory([.. values.Select(value => (float)value)], shape);
    }
}
