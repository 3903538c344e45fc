using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.Components.Web;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Progeny.Console.Layout;

namespace Progeny.Console.Hosting;

/// <summary>A Razor component as a whole answer, rendered before the first byte is sent: a failure never leaves half a page.</summary>
/// <typeparam name="TPage">The component; it takes its data as the parameter <c>Model</c>.</typeparam>
internal sealed class ConsolePage<TPage>(object model, int status = StatusCodes.Status200OK) : IResult
    where TPage : IComponent
{
    // Everything a page needs comes from this node; whatever a user smuggles into a name finds nothing that it may load or run.
    private const string Policy =
        "default-src 'none'; style-src 'self'; script-src 'self'; connect-src 'self'; img-src 'self'; base-uri 'none'; form-action "
            + "'self'; frame-ancestors 'none'";

    public async Task ExecuteAsync(HttpContext httpContext)
    {
        var services = httpContext.RequestServices;
        services.GetRequiredService<Visitor>().Enter(httpContext);
        await using var renderer = new HtmlRenderer(services, services.GetRequiredService<ILoggerFactory>());
        var html = await renderer.Dispatcher.InvokeAsync(async () =>
        {
            var page = await renderer.RenderComponentAsync<TPage>(
                ParameterView.FromDictionary(new Dictionary<string, object?>(StringComparer.Ordinal) { ["Model"] = model }));
            return page.ToHtmlString();
        });

        var response = httpContext.Response;
        response.StatusCode = status;
        response.ContentType = "text/html; charset=utf-8";
        response.Headers.CacheControl = "no-store";
        response.Headers.ContentSecurityPolicy = Policy;
        await response.WriteAsync(html, httpContext.RequestAborted);
    }
}
