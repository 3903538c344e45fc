using System.Reflection;
using Progeny.Abstractions.Releases;
using Progeny.Core.Security;
using Progeny.Silo.Security;
using Progeny.Silo.Security.Audit;

namespace Progeny.Gateway.Security;

/// <summary>The caller of a request, as a parameter of its handler.</summary>
internal sealed record CurrentCaller(Caller Caller, HttpContext Context) : IBindableFromHttpContext<CurrentCaller>
{
    public static ValueTask<CurrentCaller?> BindAsync(HttpContext context, ParameterInfo parameter) =>
        new(new CurrentCaller(context.GetCaller(), context));

    /// <inheritdoc cref="Caller.By"/>
    public string? By(string? claimed)
    {
        if (Context.Features.Get<AuditDraft>() is { } draft)
            draft.Claimed = claimed;
        return Caller.By(claimed);
    }

    /// <inheritdoc cref="AuditHosting.SetAudit"/>
    public void SetAudit(object? before, object? after, string? subject = null) => Context.SetAudit(before, after, subject);

    /// <summary>The caller as who publishes a release; null: nobody has to prove who they are, and anybody may.</summary>
    public Publisher? ToPublisher() =>
        Caller.IsAuthenticated ? new Publisher(Caller.Name, [.. Caller.Access.Entries.Select(entry => entry.ToString())]) : null;
}
