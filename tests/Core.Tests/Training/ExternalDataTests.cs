using System.Runtime.InteropServices;
using Microsoft.ML.OnnxRuntime.Tensors;
using Progeny.Core.Common;
using Progeny.Core.Experiments;
using Progeny.Core.Manifests;
using Progeny.Core.Queries;
using Progeny.Core.Tests.Common;
using Progeny.Core.Training;
using static Progeny.Tests.Shared.OnnxModel;

namespace Progeny.Core.Tests.Training;

/// <summary>The data of a model that lie in other files become part of it, where they may lie there at all.</summary>
public sealed class ExternalDataTests : IDisposable
{
    private const string Weights = "weights.bin";

    private static readonly Manifest Finished = Projects.Regression with
    {
        Features = [new() { Name = "x", Type = FeatureType.Float }],
        Source = null,
        Pipeline = new() { Model = "models/m.onnx" },
    };

    private readonly TemporaryFolder _folder = new();

    public ExternalDataTests() => Directory.CreateDirectory(At("models"));

    [Theory]
    [InlineData("initializer")]
    [InlineData("constant")]
    [InlineData("branch")]
    public async Task Model_whose_weight_lies_in_the_package_becomes_one_file_that_predicts_with_it(string where)
    {
        await File.WriteAllBytesAsync(At($"models/{Weights}"), [1, 2, 3, 4, .. MemoryMarshal.AsBytes<float>([2.5f])]);
        var result = await TakeAsync(Of(where, External(Weights, ("offset", "4"), ("length", "4"))));

        File.Delete(At($"models/{Weights}"));
        using var runner = await ModelAcceptance.AcceptAsync(result.Model!, Finished, null, null, default);
        var rows = new FeatureBatchBuilder(Finished.Features);
        rows.Add(4.0);
        runner.Predict(rows).Scores.ToArray().ShouldBe([10f]);
    }

    [Fact]
    public async Task Data_that_lie_anywhere_else_are_refused_with_tensor_and_file()
    {
        await File.WriteAllBytesAsync(At(Weights), MemoryMarshal.AsBytes<float>([2.5f]).ToArray());
        await File.WriteAllBytesAsync(At("models/short.bin"), [1, 2]);
        await File.WriteAllBytesAsync(At("models/good.bin"), new byte[8]);
        File.CreateSymbolicLink(At("models/link.bin"), At(Weights));
        Directory.CreateSymbolicLink(At("models/folder"), _folder.At("."));

        await Refuses(External("absent.bin"), "'W': its data lie in 'absent.bin', and beside the model is no such file");
        await Refuses(External($"../{Weights}"), $"'W': its data lie in '../{Weights}'; a file in the model's folder or below it");
        await Refuses(External(At(Weights)), $"'W': its data lie in '{At(Weights)}'; a file in the model's folder or below it");
        await Refuses(External($"folder\\{Weights}"), "a file in the model's folder or below it");
        await Refuses(External("link.bin"), "'W': its data lie in 'link.bin', which is reached through the link 'models/link.bin'");
        await Refuses(External($"folder/project/{Weights}"), "which is reached through the link 'models/folder'");
        await Refuses(External("short.bin"), "'W': its data are the 4 bytes from 0 of 'short.bin', which has 2");
        await Refuses(External("good.bin", ("offset", "6")), "'W': its data are the 4 bytes from 6 of 'good.bin', which has 8");
        await Refuses(External("good.bin", ("offset", "-1")), "'W': the offset of its external data is '-1'; a whole number from 0");
        await Refuses(External("good.bin", ("length", "8")), "'W': its data in 'good.bin' have 8 bytes; its shape [1] takes 4");
        await Refuses(External("*/_ORT_MEM_ADDR_/*", ("offset", "4096")), "and beside the model is no such file");
        await Refuses([Number(14, 1)], "'W': its data are external, and it does not say in which file");
    }

    [Theory]
    [InlineData("initializer")]
    [InlineData("constant")]
    [InlineData("branch")]
    [InlineData("sparse")]
    [InlineData("function")]
    [InlineData("training")]
    public async Task Data_of_any_part_of_a_model_are_found(string where)
    {
        await File.WriteAllBytesAsync(At("models/m.onnx"), Of(where, External("absent.bin")));
        var failure = await Should.ThrowAsync<TrainingFailedException>(() => RunAsync());
        failure.Message.ShouldContain("'W': its data lie in 'absent.bin'");
    }

    [Fact]
    public async Task Acceptance_lets_no_external_data_through()
    {
        await File.WriteAllBytesAsync(At("m.onnx"), Of("initializer", External(Weights)));
        var failure = await Should.ThrowAsync<TrainingFailedException>(
            () => ModelAcceptance.AcceptAsync(At("m.onnx"), Finished, null, null, default));
        failure.Message.ShouldContain($"The data of the model's tensor 'W' lie in another file, '{Weights}'");
    }

    public void Dispose() => _folder.Dispose();

    /// <summary>A model of x times a weight that lies in another file.</summary>
    internal static byte[] WithWeightIn(string location) => Of("initializer", External(location));

    private static Part[] External(string location, params (string Key, string Value)[] more) =>
        [Entry("location", location), .. more.Select(entry => Entry(entry.Key, entry.Value)), Number(14, 1)];

    private static Part Entry(string key, string value) => Nested(13, Text(1, key), Text(2, value));

    /// <summary>A model that multiplies x with the tensor W of one element, which is where the test wants it.</summary>
    private static byte[] Of(string where, Part[] data)
    {
        Part[] weight = [Number(1, 1), Number(2, (int)TensorElementType.Float), Text(8, "W"), .. data];
        Part multiply = Node("Mul", ["x", "W"], ["value"]);
        Part[] ends = [Input("x", Tensor(TensorElementType.Float, ["n", 1])), Output("value", Tensor(TensorElementType.Float, ["n", 1]))];
        Part constant = Node("Constant", [], ["W"], Attribute("value", 4, Nested(5, weight)));
        Part plain = Node("Identity", ["x"], ["value"]);
        return where switch
        {
            "initializer" => Model(Graph([multiply, Nested(5, weight), .. ends])),
            "constant" => Model(Graph([constant, multiply, .. ends])),
            "branch" => Model(Graph(
            [
                Node("Constant", [], [
                    "yes",
                ], Attribute("value", 4, Nested(5, Number(2, (int)TensorElementType.Bool), Text(8, "yes"), Raw(9, [1])))),
                Node("If", ["yes"], ["value"], Branch("then_branch", constant, multiply), Branch("else_branch", plain)),
                .. ends,
            ])),
            "sparse" =>
                Model(Graph(
                    [
                        plain,
                        Nested(15, Nested(1, weight), Nested(
                            2, Number(1, 1), Number(2, (int)TensorElementType.Int64), Raw(9, new byte[8])), Number(3, 1)),
                        .. ends,
                    ])),
            "function" =>
                Model(Graph([plain, .. ends]), Nested(
                    25,
                    Text(1, "f"),
                    Text(10, "own"),
                    Nested(7, Text(4, "Constant"), Text(2, "W"), Attribute("value", 4, Nested(5, weight))))),
            _ => Model(Graph([plain, .. ends]), Nested(20, Nested(1, Nested(5, weight)))),
        };

        static Part Branch(string name, params Part[] nodes) =>
            Attribute(name, 5, Nested(6, [Text(2, name), .. nodes, Output("value", Tensor(TensorElementType.Float, ["n", 1]))]));
    }

    private string At(string path) => _folder.At(Path.Combine("project", path));

    private async Task Refuses(Part[] data, string message)
    {
        await File.WriteAllBytesAsync(At("models/m.onnx"), Of("initializer", data));
        var failure = await Should.ThrowAsync<TrainingFailedException>(() => RunAsync());
        failure.Stage.ShouldBe(TrainingStage.Acceptance);
        failure.Message.ShouldContain(message);
    }

    private async Task<TrainingResult> TakeAsync(byte[] model)
    {
        await File.WriteAllBytesAsync(At("models/m.onnx"), model);
        return await RunAsync();
    }

    private Task<TrainingResult> RunAsync() =>
        new TrainingRun(null!, new TrainerOptions { BuiltIn = "none" }, TimeProvider.System).RunAsync(
        new TrainingRequest
        {
            Manifest = Finished,
            ProjectFolder = At("."),
            WorkFolder = _folder.At("work"),
            Purpose = TrainingPurpose.Generation,
        }, null, default);
}
