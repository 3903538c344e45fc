using System.Reflection;
using Progeny.Core.Security;
using Progeny.Silo.Security;

namespace Progeny.Gateway.Security;

/// <summary>The caller of a request, as a parameter of its handler.</summary>
internal sealed record CurrentCaller(Caller Caller) : IBindableFromHttpContext<CurrentCaller>
{
    public static ValueTask<CurrentCaller?> BindAsync(HttpContext context, ParameterInfo parameter) => new(new CurrentCaller(context.GetCaller()));

    /// <inheritdoc cref="Caller.By"/>
    public string? By(string? claimed) => Caller.By(claimed);
}
