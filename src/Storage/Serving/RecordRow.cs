using System.Data;
using Progeny.Core.Serving;

namespace Progeny.Storage.Serving;

/// <summary>A row of the query log as <see cref="SqliteQueryLog"/> selects it.</summary>
internal static class RecordRow
{
    public static QueryRecord Read(IDataRecord reader) => new()
    {
        At = QueryCodes.DecodeTime(reader.GetInt64(1)),
        QueryId = reader.GetString(2),
        Project = reader.GetString(3),
        Release = reader.GetString(4),
        Generation = reader.GetInt32(5),
        Arm = reader.GetString(6),
        Reason = reader.GetString(7),
        Entity = Text(reader, 8),
        Fields = reader.GetString(9),
        Augmented = Text(reader, 10),
        Prediction = Text(reader, 11),
        Error = Text(reader, 12),
        Rules = Text(reader, 13),
        Latency = QueryCodes.DecodeLatency((byte[])reader.GetValue(14)),
    };

    private static string? Text(IDataRecord reader, int column) => reader.IsDBNull(column) ? null : reader.GetString(column);
}
