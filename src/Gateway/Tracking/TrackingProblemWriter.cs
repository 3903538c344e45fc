using Progeny.Silo.Security;

namespace Progeny.Gateway.Tracking;

/// <summary>Problem details of MLflow's paths in the shape of MLflow's errors.</summary>
internal sealed class TrackingProblemWriter : IProblemDetailsWriter
{
    public bool CanWrite(ProblemDetailsContext context) => MlflowErrors.IsAsked(context.HttpContext.Request.Path);

    public ValueTask WriteAsync(ProblemDetailsContext context)
    {
        var problem = context.ProblemDetails;
        var status = problem.Status ?? context.HttpContext.Response.StatusCode;
        return new(MlflowErrors.WriteAsync(
            context.HttpContext, status, MlflowErrors.CodeOf(status), problem.Detail ?? problem.Title ?? "The request failed."));
    }
}
