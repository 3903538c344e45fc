using System.Text.Json;

namespace Progeny.Contracts.Security;

/// <summary>An entry of the audit log: a line of an export is the same.</summary>
/// <param name="Sequence">Its number; grows by one.</param>
/// <param name="At">When, in milliseconds since 1970 in UTC, as it is hashed.</param>
/// <param name="Time">The same as a time.</param>
/// <param name="By">Who; <c>progeny</c>: nobody asked for it.</param>
/// <param name="Action">What: a noun and a verb.</param>
/// <param name="From">The address of the client.</param>
/// <param name="Request">The method and the path.</param>
/// <param name="Project">The project.</param>
/// <param name="Subject">What of it.</param>
/// <param name="Status">The status of the answer; 0: there was no request.</param>
/// <param name="TraceId">The trace id of the answer and the log.</param>
/// <param name="Before">What was so before.</param>
/// <param name="After">What is so since.</param>
/// <param name="Previous">The hash of the entry before, in hexadecimal digits.</param>
/// <param name="Hash">The hash of this one.</param>
public sealed record AuditEntryView(
    long Sequence,
    long At,
    DateTimeOffset Time,
    string By,
    string Action,
    string? From,
    string? Request,
    string? Project,
    string? Subject,
    long Status,
    string? TraceId,
    JsonElement? Before,
    JsonElement? After,
    string Previous,
    string Hash);
