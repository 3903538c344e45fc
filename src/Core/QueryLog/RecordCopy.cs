using Progeny.Abstractions.QueryLog;

namespace Progeny.Core.QueryLog;

/// <summary>Copies one record out of a batch, so that it can be kept by itself.</summary>
public static class RecordCopy
{
    /// <summary>The record that a reader stands on as a batch of its own, with the same layout.</summary>
    /// <param name="hidesError">Whether the text of an error is left out, which may quote a record that is erased.</param>
    public static QueryBatch Of(QueryBatchReader reader, bool hidesError = false)
    {
        ArgumentNullException.ThrowIfNull(reader);
        var bytes = reader.ToBytes(isErased: false);
        using var writer = new LogWriter();
        writer.WriteByte(QueryFormat.Version);
        writer.WriteUnsigned(1);
        writer.Write(bytes.BeforeError.Span);
        if (hidesError && !bytes.Error.IsEmpty)
            writer.WriteText(ErasedBatch.ErasedError);
        else
            writer.Write(bytes.Error.Span);
        writer.Write(bytes.BehindError.Span);
        writer.Write(bytes.Row.Span);
        return reader.Batch with { Count = 1, Data = writer.Written.ToArray() };
    }
}
