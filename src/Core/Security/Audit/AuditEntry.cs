namespace Progeny.Core.Security.Audit;

/// <summary>
/// Who did, or tried to do, what to what, from where, when, and what came of it. Texts without a NUL, which no database keeps alike.
/// </summary>
public sealed record AuditEntry
{
    /// <summary>What the platform decides by itself is by this name.</summary>
    public const string Platform = "progeny";

    /// <summary>What is known of a request whose node ended before it was answered: whether it took effect is not.</summary>
    public const string Lost = """{"outcome":"unknown"}""";

    /// <summary>When, to the millisecond.</summary>
    public required DateTimeOffset At { get; init; }

    /// <summary>
    /// Who: the name of the caller, beside it what the client calls itself (<see cref="Caller.By"/>); <see cref="Platform"/>: nobody asked
    /// for it.
    /// </summary>
    public required string By { get; init; }

    /// <summary>What: a noun and a verb, such as <c>promotion.create</c>.</summary>
    public required string Action { get; init; }

    /// <summary>The address of the client; null: the platform itself.</summary>
    public string? From { get; init; }

    /// <summary>The method and the path of the request; null: there was none.</summary>
    public string? Request { get; init; }

    /// <summary>The project; null: it is about none.</summary>
    public string? Project { get; init; }

    /// <summary>What of the project or the node it is about: a generation, a job, a key.</summary>
    public string? Subject { get; init; }

    /// <summary>The status of the answer; 0: there was no request, or no answer.</summary>
    public int Status { get; init; }

    /// <summary>The trace id, which the answer and the log carry as well.</summary>
    public string? TraceId { get; init; }

    /// <summary>What was so before, as JSON; null: it is not known, or nothing changed.</summary>
    public string? Before { get; init; }

    /// <summary>What is so since, as JSON.</summary>
    public string? After { get; init; }
}
