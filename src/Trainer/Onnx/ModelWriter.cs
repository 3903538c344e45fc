using System.Text.Json;
using Google.Protobuf;
using Progeny.Core.Common.Onnx;
using Progeny.Core.Datasets;
using Progeny.Trainer.Boosting;
using Progeny.Trainer.Encoding;
using Progeny.Trainer.Settings;

namespace Progeny.Trainer.Onnx;

/// <summary>
/// Writes a booster as an ONNX model over the project's raw fields: an input a feature by its name, shape [rows, 1], and the outputs of
/// <see cref="OutputNames"/>.
/// </summary>
public static class ModelWriter
{
    // ONNX 1.12: read by every ONNX Runtime since 1.12.
    const int IrVersion = 8;
    const int OperatorSet = 17;
    const int MachineLearningOperatorSet = 3;

    public static void Write(Stream stream, TrainerSchema schema, Objective objective, FeatureEncoders encoders, BoosterModel booster)
    {
        var graph = new GraphBuilder(schema.Features.Select(f => f.Name).Concat(OutputNames.Of(schema.Task)));
        var columns = FeatureGraph.Add(graph, schema, encoders);
        var margins = BoosterGraph.Add(graph, columns, booster, objective);
        PredictionGraph.Add(graph, margins, schema, objective.Link);

        var model = new ModelProto
        {
            IrVersion = IrVersion,
            ProducerName = "progeny",
            ProducerVersion = typeof(ModelWriter).Assembly.GetName().Version!.ToString(3),
            Graph = graph.Graph,
            OpsetImport =
            {
                new OperatorSetIdProto { Domain = "", Version = OperatorSet },
                new OperatorSetIdProto { Domain = GraphBuilder.MachineLearning, Version = MachineLearningOperatorSet },
            },
            MetadataProps =
            {
                Entry("progeny.task", schema.Task.ToString().ToLowerInvariant()),
                Entry("progeny.label", schema.Label.Name),
                Entry("progeny.objective", objective.Name),
            },
        };
        if (schema.Label.Classes.Count > 0)
            model.MetadataProps.Add(Entry("progeny.classes", JsonSerializer.Serialize(schema.Label.Classes)));
        model.WriteTo(stream);
    }

    static StringStringEntryProto Entry(string key, string value) => new() { Key = key, Value = value };
}
