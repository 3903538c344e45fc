using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using CsvHelper;
using Progeny.Core.Datasets;
using Progeny.Core.Training;
using Progeny.Trainer.Boosting;
using Progeny.Trainer.Jobs;

namespace Progeny.Trainer.Tests.Support;

/// <summary>A job folder of its own under the temporary folder, deleted at the end.</summary>
public sealed class TestJob : IDisposable
{
    public TestJob() => Directory.CreateDirectory(Path);

    public string Path { get; } = System.IO.Path.Combine(System.IO.Path.GetTempPath(), "progeny-trainer-" + Guid.NewGuid().ToString("n"));

    public string File(string name) => System.IO.Path.Combine(Path, name);

    public byte[] Read(string name) => System.IO.File.ReadAllBytes(File(name));

    public string[] Lines(string name) => System.IO.File.ReadAllLines(File(name));

    public JsonObject Metrics() => JsonNode.Parse(Read("metrics.json"))!.AsObject();

    /// <summary>Writes what a trainer finds.</summary>
    public TestJob With(SampleTable table, string parameters)
    {
        With(table.Schema, parameters);
        WriteData("data.csv", table);
        return this;
    }

    public TestJob With(TrainerSchema schema, string parameters, string? data = null)
    {
        System.IO.File.WriteAllBytes(File("schema.json"), JsonSerializer.SerializeToUtf8Bytes(schema, TrainerJson.Default.TrainerSchema));
        System.IO.File.WriteAllText(File("parameters.json"), parameters);
        if (data is not null)
            System.IO.File.WriteAllText(File("data.csv"), data);
        return this;
    }

    /// <summary>Continues the training that another folder holds.</summary>
    public TestJob WithPrevious(TestJob previous)
    {
        Directory.CreateDirectory(File("previous"));
        foreach (var file in Directory.EnumerateFiles(previous.File("state")))
            System.IO.File.Copy(file, System.IO.Path.Combine(File("previous"), System.IO.Path.GetFileName(file)));
        return this;
    }

    public void WriteData(string name, SampleTable table)
    {
        using var csv = CsvWriter.Create(System.IO.File.Create(File(name)));
        foreach (var column in table.Schema.Columns)
            csv.WriteField(column);
        csv.EndRecord();
        for (var i = 0; i < table.Rows.Count; i++)
        {
            foreach (var value in table.Rows[i])
            {
                csv.WriteField(value switch
                {
                    null => "",
                    bool truth => truth ? "true" : "false",
                    _ => Convert.ToString(value, CultureInfo.InvariantCulture),
                });
            }
            csv.WriteField(table.Labels[i]);
            csv.EndRecord();
        }
    }

    /// <summary>Trains, and returns the lines of progress.</summary>
    public IReadOnlyList<JsonObject> Train()
    {
        using var output = new MemoryStream();
        new TrainingJob(Path, new ProgressWriter(output)).Run();
        return [.. System.Text.Encoding.UTF8.GetString(output.ToArray()).Split('\n', StringSplitOptions.RemoveEmptyEntries)
            .Select(line => JsonNode.Parse(line)!.AsObject())];
    }

    public void Dispose() => Directory.Delete(Path, recursive: true);
}
