using Google.Protobuf;
using Progeny.Core.Common;
using Progeny.Core.Common.Onnx;
using Progeny.Core.Tests.Common;
using Progeny.Core.Training;

namespace Progeny.Core.Tests.Training;

/// <summary>Models with operators that may not be in one.</summary>
public sealed class ModelOperatorsTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    [Theory]
    [InlineData(
        "com.example",
        "Custom",
        "The model has the operator com.example.Custom; operators of ai.onnx, ai.onnx.ml, com.microsoft may be in a model")]
    [InlineData("org.pytorch.aten", "ATen", "org.pytorch.aten.ATen")]
    [InlineData(
        "com.microsoft", "EPContext", "The model has the operator com.microsoft.EPContext, which takes something from outside the model")]
    public async Task Operator_of_another_domain_is_refused_by_name_wherever_it_is(string domain, string type, string message)
    {
        var node = new NodeProto { Domain = domain, OpType = type };
        var inner = new NodeProto { OpType = "If" };
        inner.Attribute.Add(new AttributeProto { Name = "then_branch", G = new GraphProto { Node = { node } } });

        foreach (var placed in (NodeProto[])[node, inner])
            (await RefusalAsync(model => model.Graph.Node.Insert(0, placed))).ShouldContain(message);
        (await RefusalAsync(model => model.Functions.Add(new FunctionProto { Domain = "own", Name = "F", Node = { node } }))).ShouldContain(
            message);
    }

    [Fact]
    public async Task Function_that_the_model_defines_itself_is_no_foreign_operator()
    {
        var refusal = await RefusalAsync(model =>
        {
            model.OpsetImport.Add(new OperatorSetIdProto { Domain = "pkg.own", Version = 1 });
            model.Functions.Add(
                new FunctionProto
                {
                    Domain = "pkg.own",
                    Name = "Twice",
                    Input = { "a" },
                    Output = { "b" },
                    Node = { new NodeProto { OpType = "Mystery", Input = { "a" }, Output = { "b" } } },
                });
            model.Graph.Node.Insert(
                0, new NodeProto { Domain = "pkg.own", OpType = "Twice", Input = { model.Graph.Node[0].Input[0] }, Output = { "twice" } });
        });

        // It comes as far as ONNX Runtime, which misses more than the operator.
        refusal.ShouldContain("The model cannot be loaded: [ErrorCode:");
        refusal.ShouldNotContain("may be in a model");
    }

    public void Dispose() => _folder.Dispose();

    private async Task<string> RefusalAsync(Action<ModelProto> change)
    {
        var model = ModelProto.Parser.ParseFrom(await File.ReadAllBytesAsync(Models.Write("line.onnx", _folder)));
        change(model);
        var path = _folder.At("changed.onnx");
        await File.WriteAllBytesAsync(path, model.ToByteArray());
        return (await Should.ThrowAsync<TrainingFailedException>(
            async () => (await ModelAcceptance.AcceptAsync(path, Projects.Regression, null, null, default)).Dispose())).Message;
    }
}
