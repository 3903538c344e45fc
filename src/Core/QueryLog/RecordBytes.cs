namespace Progeny.Core.QueryLog;

/// <summary>The bytes of a record, and of the head of its request behind the number of rows.</summary>
/// <param name="BeforeError">The head up to the text of the error.</param>
/// <param name="Error">The text of the error; empty: there is none.</param>
/// <param name="BehindError">The rest of the head.</param>
/// <param name="Row">The record.</param>
/// <param name="IsErased">Whether it is to be taken out.</param>
internal readonly record struct RecordBytes(
    ReadOnlyMemory<byte> BeforeError,
    ReadOnlyMemory<byte> Error,
    ReadOnlyMemory<byte> BehindError,
    ReadOnlyMemory<byte> Row,
    bool IsErased);
