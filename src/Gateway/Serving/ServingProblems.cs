using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;
using Progeny.Abstractions.Serving;

namespace Progeny.Gateway.Serving;

internal static class ServingProblems
{
    public static int StatusOf(ServingErrorKind kind) => kind switch
    {
        ServingErrorKind.InvalidQuery => StatusCodes.Status400BadRequest,
        ServingErrorKind.NotFound => StatusCodes.Status404NotFound,
        ServingErrorKind.NotReady => StatusCodes.Status409Conflict,
        ServingErrorKind.Gone => StatusCodes.Status410Gone,
        ServingErrorKind.Unavailable => StatusCodes.Status503ServiceUnavailable,
        ServingErrorKind.Overloaded => StatusCodes.Status429TooManyRequests,
        ServingErrorKind.DeadlineExceeded => StatusCodes.Status504GatewayTimeout,
        _ => StatusCodes.Status500InternalServerError,
    };

    /// <summary>Tells a client that is refused for now when to come back.</summary>
    public static void AddRetryAfter(HttpResponse response, ServingError error)
    {
        if (error.Kind is ServingErrorKind.Overloaded or ServingErrorKind.Unavailable)
            response.Headers.RetryAfter = "1";
    }

    /// <summary>A refusal as problem details; <c>errors</c> lists row, field and message of each value that is wrong.</summary>
    public static ProblemDetails ToProblem(ServingError error)
    {
        var problem = new ProblemDetails
        {
            Status = StatusOf(error.Kind),
            Title = error.Kind switch
            {
                ServingErrorKind.InvalidQuery => "Invalid query",
                ServingErrorKind.NotFound => "Not found",
                ServingErrorKind.NotReady => "Not ready",
                ServingErrorKind.Gone => "Decommissioned",
                ServingErrorKind.Unavailable => "Unavailable",
                ServingErrorKind.Overloaded => "Too many queries",
                ServingErrorKind.DeadlineExceeded => "Deadline exceeded",
                ServingErrorKind.RuleFailed => "A rule failed",
                _ => "The model failed",
            },
            Detail = error.Message,
        };
        if (!error.Fields.IsEmpty)
            problem.Extensions["errors"] = error.Fields;
        return problem;
    }

    /// <summary>A refusal as one sentence, with what is wrong with which row and field.</summary>
    public static string Describe(ServingError error) => error.Fields.IsEmpty
        ? error.Message
        : $"{error.Message} {string.Join("; ", error.Fields.Select(field => $"row {field.Row}, {field.Field}: {field.Message}"))}";

    /// <summary>Problem details that carry the member of the Open Inference Protocol for errors besides.</summary>
    public static ProblemHttpResult ToResult(ServingError error)
    {
        var problem = ToProblem(error);
        problem.Extensions["error"] = Describe(error);
        return TypedResults.Problem(problem);
    }
}
