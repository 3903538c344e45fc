using Progeny.Console.Hosting;
using Progeny.Silo.Security;

namespace Progeny.Gateway.Security;

/// <summary>Leads people who are not signed in to the page for that, and says on a page what else they are refused.</summary>
internal sealed class ConsoleRefusals : IRefusalPages
{
    public IResult? Find(HttpContext context, GuardProblem problem)
    {
        var request = context.Request;
        if (!ConsolePages.AreFor(request))
            return null;
        return problem.Status == StatusCodes.Status401Unauthorized && HttpMethods.IsGet(request.Method)
            ? TypedResults.Redirect(SignInApi.AddressFor(request))
            : ConsolePages.Notice(problem.Title, problem.Detail, problem.Status);
    }
}
