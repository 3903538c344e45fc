using Progeny.Core.Tracking;
using Progeny.Silo.Security;

namespace Progeny.Gateway.Tracking;

/// <summary>Errors as MLflow writes them: <c>{"error_code", "message"}</c> with the status of the code.</summary>
internal static class TrackingErrors
{
    public static Task WriteAsync(HttpContext context, TrackingException exception)
    {
        var (code, status) = exception.Error switch
        {
            TrackingError.ResourceDoesNotExist => ("RESOURCE_DOES_NOT_EXIST", StatusCodes.Status404NotFound),
            TrackingError.ResourceAlreadyExists => ("RESOURCE_ALREADY_EXISTS", StatusCodes.Status400BadRequest),
            TrackingError.PermissionDenied => ("PERMISSION_DENIED", StatusCodes.Status403Forbidden),
            TrackingError.NotImplemented => ("NOT_IMPLEMENTED", StatusCodes.Status501NotImplemented),
            TrackingError.BadRequest => ("BAD_REQUEST", StatusCodes.Status400BadRequest),
            _ => ("INVALID_PARAMETER_VALUE", StatusCodes.Status400BadRequest),
        };
        return MlflowErrors.WriteAsync(context, status, code, exception.Message);
    }
}
