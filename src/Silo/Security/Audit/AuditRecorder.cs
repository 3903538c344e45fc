using System.Diagnostics;
using System.Net;
using Progeny.Abstractions.Common;
using Progeny.Core.Common;
using Progeny.Core.Security;
using Progeny.Core.Security.Audit;

namespace Progeny.Silo.Security.Audit;

/// <summary>Writes entries about requests.</summary>
internal sealed partial class AuditRecorder(
    IAuditLog log, RefusedAttempts refused, NodeName node, TimeProvider time, ILogger<AuditRecorder> logger)
{
    /// <summary>The name of callers who did not prove who they are.</summary>
    private const string Unknown = "unknown";

    // What changed should not go unrecorded because the database does not answer for a moment.
    private const int AttemptsOfChange = 5;
    private static readonly TimeSpan _pause = TimeSpan.FromMilliseconds(300);

    private const int MaxPath = 300;
    private const int MaxSubject = 200;
    private const int MaxJson = 16 * 1024;

    private static readonly string[] Others = ["project", "model"];

    /// <summary>What is known of a request before it is worked on; afterwards, where it failed, the path's values are gone.</summary>
    public AuditEntry Begin(HttpContext context, string action) => Entry(context, action, 0);

    /// <summary>Notes that a request is about to change something, so that its entry is not lost with the node.</summary>
    /// <returns>The number of the note; null: it cannot be written.</returns>
    public async Task<long?> TryNoteAsync(AuditEntry begun)
    {
        var intent = 0L;
        return await TryWriteAsync(
            begun, AttemptsOfChange, async () => intent = await log.BeginAsync(begun, node.Value, CancellationToken.None)) ? intent : null;
    }

    /// <summary>Writes that a request changed something, or failed to.</summary>
    /// <param name="intent">The number of its note; null: there is none.</param>
    /// <returns>Whether it is on disk.</returns>
    public async Task<bool> TryRecordAsync(HttpContext context, AuditEntry begun, AuditDraft draft, int status, long? intent)
    {
        var entry = begun with
        {
            At = time.GetUtcNow(),
            Status = status,
            Before = Bounded(draft.Before),
            After = Bounded(draft.After),
        };
        if (draft.Claimed is { } claimed && context.Features.Get<Caller>() is { } caller)
            entry = entry with { By = $"{caller.Name} as '{Cut(claimed, MaxSubject)}'" };
        if (draft.By is not null)
            entry = entry with { By = draft.By };
        if (draft.Subject is not null)
            entry = entry with { Subject = Cut(draft.Subject, MaxSubject) };
        if (draft.Project is not null)
            entry = entry with { Project = draft.Project };
        if (intent is { } number)
            return await TryWriteAsync(entry, AttemptsOfChange, () => log.CompleteAsync(number, entry, CancellationToken.None));
        return (status >= StatusCodes.Status400BadRequest && !refused.Take(entry.From ?? ""))
            || await TryAppendAsync(entry, AttemptsOfChange);
    }

    /// <summary>
    /// Writes that a request was refused, unless too many of the address were in the last minute: of those only the number is.
    /// </summary>
    public async Task RefuseAsync(HttpContext context, int status)
    {
        var entry = Entry(context, AuditActions.Name(context), status);
        if (refused.Take(entry.From ?? ""))
            await TryAppendAsync(entry, attempts: 1);
    }

    private Task<bool> TryAppendAsync(AuditEntry entry, int attempts) =>
        TryWriteAsync(entry, attempts, () => log.AppendAsync(entry, CancellationToken.None));

    /// <param name="write">Writes to the log. It does not end with the request: a client that goes away takes no entry with it.</param>
    private async Task<bool> TryWriteAsync(AuditEntry entry, int attempts, Func<Task> write)
    {
        try
        {
            await WriteAsync(attempts, write);
            return true;
        }
        catch (Exception exception)
        {
            LogLost(exception, entry.Action, entry.By, entry.From, entry.Request, entry.Status, entry.TraceId);
            return false;
        }
    }

    private async Task WriteAsync(int attempts, Func<Task> write)
    {
        for (var attempt = 1;; attempt++)
        {
            try
            {
                await write();
                return;
            }
            catch (StorageUnavailableException) when (attempt < attempts)
            {
                await Task.Delay(_pause, time);
            }
        }
    }

    private AuditEntry Entry(HttpContext context, string action, int status)
    {
        var values = context.Request.RouteValues;
        return new AuditEntry
        {
            At = time.GetUtcNow(),
            By = context.Features.Get<Caller>()?.Name ?? Unknown,
            From = Address(context.Connection.RemoteIpAddress),
            Action = action,
            Request = Cut($"{context.Request.Method} {context.Request.Path.Value}", MaxPath),
            Project = Others.Select(name => values[name] as string).FirstOrDefault(name => name is not null),
            Subject = Subject(values),
            Status = status,
            TraceId = Activity.Current?.Id ?? context.TraceIdentifier,
        };
    }

    private static string? Subject(RouteValueDictionary values)
    {
        var named = values.Where(value => value.Value is string && !Others.Contains(value.Key, StringComparer.Ordinal))
            .Select(value => $"{value.Key} {value.Value}");
        return string.Join(", ", named) is { Length: > 0 } text ? Cut(text, MaxSubject) : null;
    }

    private static string? Address(IPAddress? address) =>
        address is { IsIPv4MappedToIPv6: true } ? address.MapToIPv4().ToString() : address?.ToString();

    private static string? Bounded(string? json) => json is { Length: > MaxJson } ? $$"""{"characters":{{json.Length}}}""" : json;

    private static string Cut(string text, int length) => text.Length > length ? text[..length] + "…" : text;

    [LoggerMessage(
        Level = LogLevel.Critical,
        Message = "The audit log cannot be written: {Action} by {By} from {From}, {Request}, status {Status} (trace id {TraceId})")]
    private partial void LogLost(Exception exception, string action, string by, string? from, string? request, int status, string? traceId);
}
