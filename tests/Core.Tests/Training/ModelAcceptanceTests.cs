using Progeny.Core.Common;
using Progeny.Core.Manifests;
using Progeny.Core.Serving.Inference;
using Progeny.Core.Tests.Common;
using Progeny.Core.Training;

namespace Progeny.Core.Tests.Training;

public sealed class ModelAcceptanceTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    [Fact]
    public async Task Model_that_predicts_what_its_trainer_says_is_accepted()
    {
        using var line = await Accept(
            "line.onnx", Projects.Regression, "x,y,t\n1,0,0\n1000,0,1\n-3,0,2\n", "value\n3\n2001.01\n-5.000009\n");
        using var sigmoid = await Accept("sigmoid.onnx", Projects.Sigmoid, "x,late\n0,no\n1,yes\n", "yes,no\n0.5,0.5\n0.731059,0.268941\n");
    }

    [Fact]
    public async Task First_row_that_differs_from_the_trainers_prediction_is_named_with_both_values()
    {
        await Refuses(
            "line.onnx", Projects.Regression, "x,y,t\n1,0,0\n2,0,1\n3,0,2\n", "value\n3\n5.0001\n9\n",
            "row 2, 'value': the model says 5, the trainer 5.0001 (predictions.csv); they may be 1E-05 apart");
        await Refuses(
            "sigmoid.onnx",
            Projects.Sigmoid,
            "x,late\n0,no\n",
            "no,yes\n0.5,0.50002\n",
            "row 1, 'yes': the model says 0.5, the trainer 0.50002");
        await Refuses(
            "line.onnx", Projects.Regression, "x,y,t\n1,0,0\n", "value\nNaN\n", "row 1, 'value': the model says 3, the trainer NaN");
    }

    [Fact]
    public async Task Predictions_that_cannot_be_read_are_refused()
    {
        await Refuses(
            "sigmoid.onnx",
            Projects.Sigmoid,
            "x,late\n0,no\n",
            "0,1\n0.5,0.5\n",
            "predictions.csv has the columns 0, 1; no, yes would be right");
        await Refuses(
            "line.onnx",
            Projects.Regression,
            "x,y,t\n1,0,0\n",
            "value\nmuch\n",
            "predictions.csv, row 1, column 'value': 'much' is not a number");
    }

    [Fact]
    public async Task Model_that_is_none_or_does_not_fit_the_schema_is_refused()
    {
        await File.WriteAllTextAsync(_folder.At("text.onnx"), "not a model");
        await Refuses("text.onnx", Projects.Regression, null, null, "The model cannot be loaded");
        await Refuses("missing.onnx", Projects.Regression, null, null, "There is no missing.onnx: the trainer must leave its model");
        var other = Projects.Regression with
        {
            Features = [new() { Name = "x", Type = FeatureType.Float }, new() { Name = "carrier", Type = FeatureType.Category }],
        };
        await Refuses(Models.Write("line.onnx", _folder), other, null, null, "do not match the schema's features (x, carrier)");
        await Refuses(Models.Write("sigmoid.onnx", _folder), Projects.Regression, null, null, "probabilities");
    }

    [Fact]
    public async Task Model_whose_output_is_no_probability_is_refused()
    {
        await Refuses(
            "margins.onnx",
            Projects.Sigmoid,
            "x,late\n0.5,no\n2.5,no\n",
            null,
            "predicts 2.5 for row 2; a probability from 0 to 1 would be right");
        await Refuses(
            "twice.onnx", Projects.Sigmoid, "x,late\n2,no\n", null, "The probabilities that the model predicts for row 1 add up to 1.76");
    }

    [Fact]
    public async Task Model_whose_prediction_hangs_on_other_rows_is_refused()
    {
        await Refuses(
            "mean.onnx",
            Projects.Regression,
            "x,y,t\n1,0,0\n3,0,0\n",
            null,
            "predicts 1 for the first row alone and 2 for it among others");
    }

    [Fact]
    public async Task Model_without_data_is_run_on_a_made_up_row()
    {
        using var fits = await Accept("line.onnx", Projects.Regression, null, null);
        var bounded = Projects.Sigmoid with { Features = [new() { Name = "x", Type = FeatureType.Float, Min = 3, Max = 4 }] };

        await Refuses("margins.onnx", bounded, null, null, "predicts 3 for row 1");
    }

    public void Dispose() => _folder.Dispose();

    private async Task<ModelRunner> Accept(string model, Manifest manifest, string? data, string? predictions)
    {
        string? dataFile = null;
        if (data is not null)
            await File.WriteAllTextAsync(dataFile = _folder.At("data.csv"), data);
        var predictionsFile = _folder.At("predictions.csv");
        File.Delete(predictionsFile);
        if (predictions is not null)
            await File.WriteAllTextAsync(predictionsFile, predictions);
        var path = typeof(Models).Assembly.GetManifestResourceInfo(model) is null ? _folder.At(model) : Models.Write(model, _folder);
        return await ModelAcceptance.AcceptAsync(path, manifest, dataFile, predictionsFile, default);
    }

    private async Task Refuses(string model, Manifest manifest, string? data, string? predictions, string message)
    {
        var failure = await Should.ThrowAsync<TrainingFailedException>(
            async () => (await Accept(model, manifest, data, predictions)).Dispose());
        failure.Stage.ShouldBe(TrainingStage.Acceptance);
        failure.Message.ShouldContain(message);
    }
}
