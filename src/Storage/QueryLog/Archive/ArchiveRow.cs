using System.Text.Json;
using DuckDB.NET.Data;
using Progeny.Core.Common;
using Progeny.Core.Evaluation;
using Progeny.Core.QueryLog;

namespace Progeny.Storage.QueryLog.Archive;

/// <summary>Writes records as rows of a table of DuckDB.</summary>
internal static class ArchiveRow
{
    /// <param name="columns">The table's columns.</param>
    /// <param name="loss">The loss of the prediction by the outcome that counts; null: there is none.</param>
    public static void Append(DuckDBAppender appender, ArchiveColumns columns, LogRecord row, double? loss)
    {
        var record = row.Record;
        var counts = row.Outcomes.Count > 0 ? row.Outcomes[^1] : null;
        var to = appender.CreateRow();
        to.AppendValue(row.Sequence);
        to.AppendValue((DateTime?)record.At.UtcDateTime);
        to.AppendValue(record.QueryId);
        to.AppendValue(record.Entity);
        to.AppendValue(record.GenerationProject ?? record.Project);
        to.AppendValue(record.Release);
        to.AppendValue((long?)record.Generation);
        to.AppendValue(record.Arm);
        to.AppendValue(record.Reason);
        var value = LoggedScores.Value(record.Prediction);
        to.AppendValue(LoggedScores.Label(record.Prediction) ?? (value is { } number ? ValueText.Of(number) : null));
        to.AppendValue(value);
        to.AppendValue(counts?.Value);
        to.AppendValue(counts?.ReportedAt.UtcDateTime);
        to.AppendValue(loss);
        to.AppendValue(QueryRecordJson.Rules(record));
        to.AppendValue(record.Error);
        to.AppendValue((long?)record.Latency.Total);
        to.AppendValue(row.Outcomes.Count == 0 ? null : JsonSerializer.Serialize(row.Outcomes, LayoutJson.Options));
        to.AppendValue((int?)row.Row);
        to.AppendValue((int?)row.Rows);
        to.AppendValue((long?)row.Copy.Retention.TotalSeconds);
        to.AppendValue(JsonSerializer.Serialize(row.Copy.Layout, LayoutJson.Options));
        to.AppendValue(row.Copy.Data.ToArray());
        foreach (var field in columns.Fields)
            AppendField(to, columns.TypeOfField(field), ValueOf(record, field));
        foreach (var name in columns.Classes)
            to.AppendValue(LoggedScores.Probability(record.Prediction, name));
        to.EndRow();
    }

    /// <summary>As the model saw it: what augmentation or a rule gave goes before the client's.</summary>
    private static object? ValueOf(QueryRecord record, string field)
    {
        object? value = null;
        if (record.Augmented?.TryGetValue(field, out value) is not true)
            record.Fields?.TryGetValue(field, out value);
        return value;
    }

    private static void AppendField(IDuckDBAppenderRow to, string type, object? value)
    {
        switch (type, value)
        {
            case (_, null): to.AppendNullValue(); break;
            case ("FLOAT", float number): to.AppendValue((float?)number); break;
            case ("BIGINT", long whole): to.AppendValue((long?)whole); break;
            case ("BOOLEAN", bool truth): to.AppendValue((bool?)truth); break;
            default: to.AppendValue(ValueText.Of(value)); break;
        }
    }
}
