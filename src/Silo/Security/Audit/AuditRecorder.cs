using System.Diagnostics;
using System.Net;
using Progeny.Abstractions.Common;
using Progeny.Core.Security;
using Progeny.Core.Security.Audit;

namespace Progeny.Silo.Security.Audit;

/// <summary>Writes entries about requests.</summary>
internal sealed partial class AuditRecorder(IAuditLog log, RefusedAttempts refused, TimeProvider time, ILogger<AuditRecorder> logger)
{
    /// <summary>Who a refused request came from that proved nothing.</summary>
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

    /// <summary>Writes that a request changed something, or failed to.</summary>
    /// <returns>Whether it is on disk.</returns>
    public async Task<bool> TryRecordAsync(HttpContext context, AuditEntry begun, AuditDraft draft, int status)
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
        if (draft.Subject is not null)
            entry = entry with { Subject = Cut(draft.Subject, MaxSubject) };
        if (draft.Project is not null)
            entry = entry with { Project = draft.Project };
        return await TryAppendAsync(entry, AttemptsOfChange);
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

    private async Task<bool> TryAppendAsync(AuditEntry entry, int attempts)
    {
        try
        {
            // A client that goes away takes no entry with it.
            await AppendAsync(entry, attempts);
            return true;
        }
        catch (Exception exception)
        {
            LogLost(exception, entry.Action, entry.By, entry.From, entry.Request, entry.Status, entry.TraceId);
            return false;
        }
    }

    private async Task AppendAsync(AuditEntry entry, int attempts)
    {
        for (var attempt = 1;; attempt++)
        {
            try
            {
                await log.AppendAsync(entry, CancellationToken.None);
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
        Message = "The audit log lost an entry: {Action} by {By} from {From}, {Request}, status {Status} (trace id {TraceId})")]
    private partial void LogLost(Exception exception, string action, string by, string? from, string? request, int status, string? traceId);
}
