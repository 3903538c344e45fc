using Microsoft.AspNetCore.Http.HttpResults;
using Progeny.Abstractions.Releases;
using Progeny.Core.Security;

namespace Progeny.Gateway.Security;

/// <summary>What a handler refuses that depends on the body of a request: the access guard has seen the path alone.</summary>
internal static class AccessProblems
{
    /// <summary>Why a caller may not do something with a project; null: it may.</summary>
    /// <param name="what">What the request says that needs it, such as <c>force</c>.</param>
    public static ProblemHttpResult? Refusal(this CurrentCaller caller, Permissions permissions, string project, string what) =>
        caller.Caller.Access.Allows(permissions, project) ? null : TypedResults.Problem(
            statusCode: StatusCodes.Status403Forbidden,
            title: "Forbidden",
            detail: $"'{caller.Caller.Name}' may not do this: {what} takes {string.Join(" and ", AccessNames.Needed(permissions))} for "
                + $"'{project}'.");

    /// <summary>
    /// Why a caller may not have generations answer queries of a project; null: it may. The same whether or not another project is there.
    /// </summary>
    public static ProblemHttpResult? LendingRefusal(
        this CurrentCaller caller, IEnumerable<GenerationReference> generations, string project) => generations
        .Where(generation => generation.Project != project)
        .Select(generation => caller.Refusal(Permissions.LendGenerations, generation.Project, $"the generation '{generation}'"))
        .FirstOrDefault(refusal => refusal is not null);
}
