using Microsoft.AspNetCore.Antiforgery;
using Microsoft.AspNetCore.Http;
using Progeny.Core.Security;

namespace Progeny.Console.Layout;

/// <summary>Who looks at a page, and what its forms carry.</summary>
internal sealed class Visitor(IAntiforgery? antiforgery = null)
{
    private HttpContext? _context;

    /// <summary>Who has proved who they are; null: nobody had to, or nobody has.</summary>
    public Caller? Caller { get; private set; }

    /// <summary>Whether they have a session, which they can end.</summary>
    public bool HasSession => _context?.User.Identity?.IsAuthenticated == true;

    /// <summary>Whether they may do something; where nobody has to prove who they are everybody may.</summary>
    public bool May(Permissions permissions, string? project = null) =>
        Caller is not { } caller || caller.Access.Allows(permissions, project);

    /// <summary>The token that shows that a form is one of the console's, and its field; null: nobody needs one.</summary>
    public (string Field, string Value)? Token =>
        _context is { } context && antiforgery?.GetAndStoreTokens(context) is { RequestToken: { } token } tokens
            ? (tokens.FormFieldName, token)
            : null;

    /// <summary>Says for whom the page is.</summary>
    public void Enter(HttpContext context)
    {
        _context = context;
        Caller = context.Features.Get<Caller>() is { IsAuthenticated: true } caller ? caller : null;
    }
}
