using System.Globalization;
using System.Runtime.InteropServices;
using System.Text.Json;
using System.Text.Json.Nodes;
using CsvHelper;
using Progeny.Core.Common;
using Progeny.Core.Datasets;
using Progeny.Core.Training;
using Progeny.Trainer.Boosting;
using Progeny.Trainer.Data;
using Progeny.Trainer.Encoding;
using Progeny.Trainer.Onnx;
using Progeny.Trainer.Settings;

namespace Progeny.Trainer.Jobs;

/// <summary>One training in a job folder, from <c>data.csv</c> to <c>model.onnx</c> (docs/trainers.md).</summary>
public sealed class TrainingJob(string folder, ProgressWriter progress)
{
    /// <summary>The most rows of <c>predictions.csv</c>.</summary>
    public const int CheckedRows = 1000;

    /// <exception cref="TrainerException">The training cannot be done; the message says why.</exception>
    public void Run()
    {
        XGBoostLibrary.Ensure();
        var schema = ReadSchema();
        var settings = TrainerSettings.Parse(ReadParameters(), schema);
        var previous = ModelState.Read(Path.Combine(folder, "previous"));
        previous?.RequireFits(schema, settings);
        var data = TrainingRowsReader.Read(Path.Combine(folder, "data.csv"), schema, settings.Objective);
        progress.Report(0, string.Create(CultureInfo.InvariantCulture, $"read {data.Rows} rows"));

        var trained = data.Rows - Tail(data.Rows, settings.ValidationFraction);
        var encoders = previous is null
            ? FeatureEncoders.Fit(data, trained, settings)
            : previous.Encoding.Encoders.Continue(data, trained, settings);
        using var result = Train(data, trained, encoders, settings, previous);

        var state = new ModelState(result.Booster.Save("ubj"), new EncoderState
        {
            Format = EncoderState.CurrentFormat,
            Booster = settings.Booster,
            Objective = settings.Objective.Name,
            Features = EncoderState.Describe(schema),
            Classes = schema.Label.Classes,
            Encoders = encoders,
        });
        state.Write(Path.Combine(folder, "state"));
        WriteModel(schema, settings, encoders, result);
        WritePredictions(data, settings, encoders, result.Booster);
        WriteMetrics(result.Metrics, trained, data.Rows - trained, encoders.Columns());
        progress.Report(1, "done", result.Metrics);
    }

    TrainedBooster Train(TrainingRows data, int trained, FeatureEncoders encoders, TrainerSettings settings, ModelState? previous)
    {
        var label = CollectionsMarshal.AsSpan((List<float>)data.Label);
        var columns = encoders.Columns();
        using var train = new DataMatrix(
            previous is null ? encoders.EncodeForTraining(data, trained, settings) : encoders.Encode(data, 0, trained),
            trained,
            columns,
            settings.Threads,
            label[..trained]);
        using var valid = trained < data.Rows
            ? new DataMatrix(encoders.Encode(data, trained, data.Rows), data.Rows - trained, columns, settings.Threads, label[trained..])
            : null;
        return new BoosterTraining(settings, data.Schema.Label.Classes.Count, Constraints.Of(settings, encoders))
            .Run(train, valid, previous?.Booster, progress);
    }

    static int Tail(int rows, double fraction)
    {
        if (fraction == 0)
            return 0;
        var tail = Math.Max(1, (int)Math.Round(rows * fraction));
        return tail < rows
            ? tail
            : throw new TrainerException(
                $"{rows} rows are too few to keep a 'validation_fraction' of {fraction.ToString(CultureInfo.InvariantCulture)} apart");
    }

    TrainerSchema ReadSchema()
    {
        var schema = ReadJson("schema.json", bytes => JsonSerializer.Deserialize(bytes, TrainerJson.Default.TrainerSchema));
        var (least, most) = schema.Task switch
        {
            MachineLearningTask.Binary => (2, 2),
            MachineLearningTask.Multiclass => (3, int.MaxValue),
            _ => (0, 0),
        };
        if (schema.Label.Classes.Count < least || schema.Label.Classes.Count > most)
        {
            throw new TrainerException(
                $"schema.json: a {schema.Task.ToString().ToLowerInvariant()} task has {schema.Label.Classes.Count} classes; "
                + $"{(most == least ? least : $"{least} or more")} would be right");
        }
        if (schema.Features.Count == 0)
            throw new TrainerException("schema.json has no features; one or more would be right");
        OutputNames.RequireFree(schema);
        return schema;
    }

    JsonObject ReadParameters() => ReadJson("parameters.json", bytes => JsonNode.Parse(bytes) as JsonObject);

    T ReadJson<T>(string name, Func<byte[], T?> parse)
        where T : class
    {
        try
        {
            return parse(File.ReadAllBytes(Path.Combine(folder, name))) ?? throw new TrainerException($"{name} is not a JSON object");
        }
        catch (FileNotFoundException e)
        {
            throw new TrainerException($"{name} is not in the job folder", e);
        }
        catch (JsonException e)
        {
            throw new TrainerException($"{name}: {e.Message}", e);
        }
    }

    void WriteModel(TrainerSchema schema, TrainerSettings settings, FeatureEncoders encoders, TrainedBooster result)
    {
        var model = BoosterModelReader.Read(result.Booster.Save("json"));
        using var file = File.Create(Path.Combine(folder, "model.onnx"));
        ModelWriter.Write(file, schema, settings.Objective, encoders, model);
    }

    void WritePredictions(TrainingRows data, TrainerSettings settings, FeatureEncoders encoders, Booster booster)
    {
        using var csv = CsvWriter.Create(File.Create(Path.Combine(folder, "predictions.csv")));
        foreach (var name in data.Schema.Task == MachineLearningTask.Regression ? ["value"] : data.Schema.Label.Classes)
            csv.WriteField(name);
        csv.EndRecord();
        foreach (var row in Predictor.Predict(booster, encoders, settings.Objective, data, 0, Math.Min(CheckedRows, data.Rows)))
        {
            foreach (var value in row)
                csv.WriteField(value.ToString("R", CultureInfo.InvariantCulture));
            csv.EndRecord();
        }
    }

    void WriteMetrics(SortedDictionary<string, double> metrics, int trained, int validated, int columns)
    {
        using var file = File.Create(Path.Combine(folder, "metrics.json"));
        using var json = new Utf8JsonWriter(file, new JsonWriterOptions { Indented = true });
        json.WriteStartObject();
        json.WriteNumber("rows_trained", trained);
        json.WriteNumber("rows_validated", validated);
        json.WriteNumber("encoded_columns", columns);
        foreach (var (name, value) in metrics)
            json.WriteNumber(name, value);
        json.WriteEndObject();
    }
}
