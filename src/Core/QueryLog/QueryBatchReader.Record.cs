using Progeny.Abstractions.Queries;
using static Progeny.Core.QueryLog.QueryFormat;

namespace Progeny.Core.QueryLog;

/// <summary>The whole record that the reader stands on.</summary>
public sealed partial class QueryBatchReader
{
    /// <summary>The record.</summary>
    public QueryRecord ToRecord()
    {
        var generation = Batch.Generation;
        var hasInputs = (row & RowFlags.Fields) != 0 && (request & RequestFlags.Inputs) != 0;
        return new QueryRecord
        {
            At = At,
            QueryId = QueryId,
            Project = Batch.Project,
            GenerationProject = generation.Project == Batch.Project ? null : generation.Project,
            Release = generation.Release,
            Generation = generation.Generation,
            Arm = Arm,
            Reason = Reason,
            Entity = Entity,
            Fields = HasFeatures ? ReadFields() : null,
            Inputs = hasInputs ? ReadTensors(fieldsAt) : null,
            Augmented = HasFeatures ? ReadAugmented() : null,
            Prediction = ReadPrediction(),
            Outputs = (request & RequestFlags.Outputs) != 0 ? ReadTensors(outputsAt) : null,
            Error = Error,
            Rules = [.. rules],
            Latency = Latency,
        };
    }

    /// <summary>The prediction of the record's row; null where it has none.</summary>
    public Prediction? ReadPrediction() => !HasScores
        ? null
        : new Prediction { Classes = layout.Classes, Scores = Scores.ToArray(), Labels = Label < 0 ? default : new[] { Label } };

    /// <summary>What the client gave: a value that a rule replaced is among both these and the augmented ones.</summary>
    private OrderedDictionary<string, object?> ReadFields()
    {
        var fields = new OrderedDictionary<string, object?>(layout.Features.Length + layout.Extras.Length, StringComparer.Ordinal);
        var originals = GetOriginals();
        for (var i = 0; i < layout.Features.Length; i++)
        {
            if (originals.TryGetValue(i, out var original))
                fields[layout.Features[i].Name] = original;
            else if (!IsAugmented(i))
                fields[layout.Features[i].Name] = GetField(i);
        }

        for (var i = 0; i < layout.Extras.Length; i++)
            fields[layout.Extras[i]] = GetField(layout.Features.Length + i);
        return fields;
    }

    private OrderedDictionary<string, object?>? ReadAugmented()
    {
        OrderedDictionary<string, object?>? augmented = null;
        for (var i = 0; i < layout.Features.Length; i++)
        {
            if (IsAugmented(i))
                (augmented ??= new(StringComparer.Ordinal))[layout.Features[i].Name] = GetField(i);
        }

        return augmented;
    }

    private LoggedTensors ReadTensors(int at)
    {
        var from = From(at);
        var (tensors, hasData) = TensorCodec.Read(ref from);
        return new LoggedTensors(tensors, hasData);
    }
}
