using System.Reflection;
using Progeny.Abstractions.Releases;
using Progeny.Core.Security;
using Progeny.Silo.Security;

namespace Progeny.Gateway.Security;

/// <summary>The caller of a request, as a parameter of its handler.</summary>
internal sealed record CurrentCaller(Caller Caller) : IBindableFromHttpContext<CurrentCaller>
{
    public static ValueTask<CurrentCaller?> BindAsync(HttpContext context, ParameterInfo parameter) => new(new CurrentCaller(context.GetCaller()));

    /// <inheritdoc cref="Caller.By"/>
    public string? By(string? claimed) => Caller.By(claimed);

    /// <summary>The caller as who publishes a release; null: nobody has to prove who they are, and anybody may.</summary>
    public Publisher? ToPublisher() =>
        Caller.IsAuthenticated ? new Publisher(Caller.Name, [.. Caller.Access.Entries.Select(entry => entry.ToString())]) : null;
}
