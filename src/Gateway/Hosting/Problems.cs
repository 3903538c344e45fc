using Microsoft.AspNetCore.Http.HttpResults;

namespace Progeny.Gateway.Hosting;

/// <summary>Problem details that many resources answer with.</summary>
internal static class Problems
{
    public static ProblemHttpResult NotFound(string detail) => TypedResults.Problem(statusCode: StatusCodes.Status404NotFound, title: "Not found", detail: detail);

    public static ProblemHttpResult NoProject(string project) => NotFound($"There is no project '{project}'.");

    public static ProblemHttpResult Invalid(string detail) => TypedResults.Problem(statusCode: StatusCodes.Status400BadRequest, title: "Invalid request", detail: detail);
}
