using Microsoft.ML.OnnxRuntime;
using Progeny.Core.Datasets;
using Progeny.Core.Manifests;
using Progeny.Core.Releases;
using Progeny.Core.Training;
using Progeny.Trainer.Tests.Support;

namespace Progeny.Trainer.Tests;

/// <summary>The project that <c>progeny project init</c> writes, trained: its own tests hold.</summary>
public sealed class ProjectTemplateTests
{
    [Theory]
    [InlineData(1.0)]
    [InlineData(0.8)]
    public async Task The_templates_own_tests_hold_when_it_is_trained_on_a_share_of_its_rows(double share)
    {
        using var project = new TestJob();
        await ProjectTemplate.WriteAsync(project.File("project"), "deliveries", default);
        var manifest = ManifestParser.ParseOrThrow(await File.ReadAllTextAsync(project.File("project/progeny.yaml")));
        var lines = await File.ReadAllLinesAsync(project.File("project/data/deliveries.csv"));
        var schema = TrainerSchema.From(manifest);
        var header = lines[0].Split(',');
        var order = schema.Columns.Select(c => Array.IndexOf(header, c)).ToArray();
        var rows = lines.Take(1 + (int)((lines.Length - 1) * share)).Select(l => l.Split(','))
            .Select(r => string.Join(',', order.Select(i => r[i])));
        using var job = new TestJob().With(
            schema, TrainerParameters.From(manifest.Pipeline).ToJsonString(), string.Join('\n', rows) + "\n");
        job.Train();

        using var model = new ServedModel(job.Read("model.onnx"));
        foreach (var test in manifest.Tests)
        {
            var late = Predict(model.Session, test.Given);
            var bounds = test.Expect.Probability["1"];
            late.ShouldBeInRange(bounds.Min ?? 0, bounds.Max ?? 1, test.Name);
            manifest.Label!.Classes[late >= manifest.Serving.Threshold ? 1 : 0].ShouldBe(test.Expect.Label, test.Name);
        }
    }

    /// <summary>The probability of the positive class.</summary>
    static double Predict(InferenceSession session, IReadOnlyDictionary<string, object?> given)
    {
        long[] shape = [1, 1];
        using var hour = OrtValue.CreateTensorValueFromMemory([(long)given["hour"]!], shape);
        using var distance = OrtValue.CreateTensorValueFromMemory([(float)(double)given["distance"]!], shape);
        using var weight = OrtValue.CreateTensorValueFromMemory(
            [given.GetValueOrDefault("weight") is double known ? (float)known : float.NaN], shape);
        using var vehicle = OrtValue.CreateTensorWithEmptyStrings(OrtAllocator.DefaultInstance, shape);
        vehicle.StringTensorSetElementAt((string)given["vehicle"]!, 0);
        using var options = new RunOptions();
        using var results = session.Run(
            options, ["hour", "distance", "weight", "vehicle"], [hour, distance, weight, vehicle], ["probabilities"]);
        return results[0].GetTensorDataAsSpan<float>()[1];
    }
}
