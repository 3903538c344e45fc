namespace Progeny.Core.QueryLog;

/// <summary>
/// Records whose parts are known as JSON only, as earlier versions kept them: fields, augmented, prediction and rules, each behind a
/// byte that says whether there is one.
/// </summary>
internal static class QueryJsonCodec
{
    public static void Write(LogWriter to, StringTable words, QueryRecord record)
    {
        to.WriteUnsigned(1);
        to.WriteInt64(record.At.UtcTicks);
        to.WriteUnsigned((uint)words.IndexOf(record.Arm));
        to.WriteUnsigned((uint)words.IndexOf(record.Reason));
        to.WriteByte((byte)(QueryFormat.RequestFlags.Json
            | (record.Error is null ? 0 : QueryFormat.RequestFlags.Error)
            | (record.Entity is null ? 0 : QueryFormat.RequestFlags.Entity)));
        if (record.Error is { } error)
            to.WriteText(error);
        if (record.Entity is { } entity)
            to.WriteText(entity);
        QueryEncoder.WriteLatency(to, record.Latency);
        var flagsAt = to.Length;
        to.WriteByte(0);
        var flags = QueryEncoder.WriteId(to, record.QueryId);
        to.SetByte(flagsAt, (byte)flags);
        WriteOptional(to, record.Fields);
        WriteOptional(to, record.Augmented);
        WriteOptional(to, record.Prediction);
        WriteOptional(to, record.Rules);
    }

    public static (string? Fields, string? Augmented, string? Prediction, string? Rules) Read(SpanReader from) =>
        (ReadOptional(ref from), ReadOptional(ref from), ReadOptional(ref from), ReadOptional(ref from));

    public static void Skip(ref SpanReader from)
    {
        for (var part = 0; part < 4; part++)
        {
            if (from.ReadByte() != 0)
                from.SkipText();
        }
    }

    private static void WriteOptional(LogWriter to, string? text)
    {
        to.WriteByte(text is null ? (byte)0 : (byte)1);
        if (text is not null)
            to.WriteText(text);
    }

    private static string? ReadOptional(ref SpanReader from) => from.ReadByte() == 0 ? null : from.ReadText();
}
