namespace Progeny.Silo.Security;

/// <summary>Why a request is refused before its endpoint is reached.</summary>
/// <param name="Status">The status of the answer.</param>
/// <param name="Title">The kind of the problem.</param>
/// <param name="Detail">What is wrong, and what would be right.</param>
public sealed record GuardProblem(int Status, string Title, string Detail)
{
    /// <summary>Answers with problem details, which under <c>/v2</c> have the member of the Open Inference Protocol for errors; on
    /// MLflow's paths with an error of its shape.</summary>
    public Task ExecuteAsync(HttpContext context)
    {
        if (MlflowErrors.IsAsked(context.Request.Path))
            return MlflowErrors.WriteAsync(context, Status, MlflowErrors.CodeOf(Status), Detail);
        Dictionary<string, object?> extensions = context.Request.Path.StartsWithSegments("/v2") ? new() { ["error"] = Detail } : [];
        return TypedResults.Problem(Detail, statusCode: Status, title: Title, extensions: extensions).ExecuteAsync(context);
    }
}
