using Progeny.Core.QueryLog;

namespace Progeny.Core.Tests.QueryLog;

/// <summary>A record as the API shows it, to be compared: its parts in JSON beside the rest.</summary>
internal sealed record ShownRecord(QueryRecord Rest, string? Fields, string? Augmented, string? Prediction, string? Rules)
{
    public static ShownRecord Of(QueryRecord record) => new(
        record with { Fields = null, Inputs = null, Augmented = null, Prediction = null, Outputs = null, Rules = [] },
        QueryRecordJson.Fields(record), QueryRecordJson.Augmented(record), QueryRecordJson.Prediction(record), QueryRecordJson.Rules(
            record));
}
