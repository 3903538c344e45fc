using Microsoft.AspNetCore.Http.HttpResults;

namespace Progeny.Gateway.Common;

/// <summary>Problem details that many resources answer with.</summary>
internal static class Problems
{
    private const int MaxShown = 80;

    public static ProblemHttpResult NotFound(string detail) =>
        TypedResults.Problem(statusCode: StatusCodes.Status404NotFound, title: "Not found", detail: detail);

    /// <summary>Shows what somebody wrote in a message: in quotes, not too long.</summary>
    public static string Quoted(string text) => text.Length > MaxShown ? $"'{text[..MaxShown]}…'" : $"'{text}'";

    public static ProblemHttpResult NoProject(string project) => NotFound($"There is no project '{project}'.");

    public static ProblemHttpResult Invalid(string detail) =>
        TypedResults.Problem(statusCode: StatusCodes.Status400BadRequest, title: "Invalid request", detail: detail);

    public static ProblemHttpResult Forbidden(string detail) =>
        TypedResults.Problem(statusCode: StatusCodes.Status403Forbidden, title: "Forbidden", detail: detail);
}
