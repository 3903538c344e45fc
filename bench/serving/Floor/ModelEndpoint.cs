using System.Text;
using System.Text.Json;
using Microsoft.ML.OnnxRuntime;

namespace Progeny.Floor;

/// <summary>Parses the rows, runs the model, writes the answer: what nobody who serves a model over HTTP can leave out.</summary>
internal sealed class ModelEndpoint
{
    private readonly ModelSettings settings;
    private readonly byte[][] names;
    private readonly InferenceSession session;
    private readonly RunOptions runOptions = new();
    private readonly string[] inputs;
    private readonly string[] outputs;
    private readonly int[] featureOfInput;

    public ModelEndpoint(ModelSettings settings)
    {
        this.settings = settings;
        names = Array.ConvertAll(settings.Features, feature => Encoding.UTF8.GetBytes(feature.Name));
        using var options = new Microsoft.ML.OnnxRuntime.SessionOptions { IntraOpNumThreads = 1, InterOpNumThreads = 1 };
        session = new InferenceSession(settings.Model, options);
        inputs = [.. session.InputNames];
        outputs = [settings.Output];
        featureOfInput = Array.ConvertAll(inputs, input => Array.FindIndex(settings.Features, feature => feature.Name == input));
    }

    public async Task AnswerAsync(HttpContext context)
    {
        var body = context.Request.BodyReader;
        var read = await body.ReadAtLeastAsync((int)context.Request.ContentLength!.Value, context.RequestAborted);
        var rows = Rows.Read(read.Buffer, settings.Features, names);
        body.AdvanceTo(read.Buffer.End);

        context.Response.ContentType = "application/json";
        var writer = new Utf8JsonWriter(context.Response.BodyWriter);
        await using (writer.ConfigureAwait(false))
            Answer(rows, writer);
    }

    private void Answer(Rows rows, Utf8JsonWriter writer)
    {
        // A model takes one input a feature, or all of them in one matrix.
        OrtValue[] values = featureOfInput is [-1] ? [rows.ToMatrix()] : Array.ConvertAll(featureOfInput, rows.ToColumn);
        try
        {
            using var results = session.Run(runOptions, inputs, values, outputs);
            Write(writer, results[0].GetTensorDataAsSpan<float>(), rows.Count);
        }
        finally
        {
            foreach (var value in values)
                value.Dispose();
        }
    }

    private void Write(Utf8JsonWriter writer, ReadOnlySpan<float> probabilities, int rows)
    {
        writer.WriteStartObject();
        writer.WriteString("project"u8, settings.Project);
        writer.WriteString("version"u8, settings.Version);
        writer.WriteStartArray("predictions"u8);
        for (var row = 0; row < rows; row++)
        {
            var scores = probabilities.Slice(row * settings.Classes.Length, settings.Classes.Length);
            writer.WriteStartObject();
            writer.WriteString("query_id"u8, Guid.CreateVersion7());
            writer.WriteString("label"u8, settings.Classes[scores[1] >= settings.Threshold ? 1 : 0]);
            writer.WriteStartObject("probabilities"u8);
            for (var i = 0; i < scores.Length; i++)
                writer.WriteNumber(settings.Classes[i], scores[i]);
            writer.WriteEndObject();
            writer.WriteEndObject();
        }

        writer.WriteEndArray();
        writer.WriteEndObject();
    }
}
