using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Routing;
using Progeny.Console.Security;
using Progeny.Core.Security;

namespace Progeny.Console.Hosting;

/// <summary>The page of keys, for who may manage them, and its forms.</summary>
internal static class KeysPages
{
    private const string FormType = "application/x-www-form-urlencoded";
    private const int MaxDays = 3_650;
    private const int MaxHours = 720;

    private static readonly RequiredAccess _forAdmins = new(Permissions.Administer, AccessScope.Node);
    private static readonly char[] _separators = [',', ' ', '\r', '\n'];

    public static void MapKeys(this IEndpointRouteBuilder pages)
    {
        pages.MapGet("/keys", (HttpContext context, [FromServices] ApiKeys? keys) => ShowAsync(context, keys)).WithMetadata(_forAdmins);
        pages.MapPost("/keys", CreateAsync).Accepts<IFormCollection>(FormType).WithMetadata(_forAdmins);
        pages.MapPost("/keys/{key}/rotate", RotateAsync).Accepts<IFormCollection>(FormType).WithMetadata(_forAdmins);
        pages.MapPost("/keys/{key}/revoke", RevokeAsync).Accepts<IFormCollection>(FormType).WithMetadata(_forAdmins);
    }

    private static Task<IResult> CreateAsync(HttpContext context, TimeProvider time, [FromServices] ApiKeys? keys) => ChangeAsync(context, keys, (known, form, by) =>
    {
        var days = ReadNumber(form, "days", MaxDays, "The days until the key expires");
        return known.CreateAsync(
            ApiKeyChecks.ReadName(form["name"].ToString().Trim()),
            ApiKeyChecks.ReadAccess(form["access"].ToString().Split(_separators, StringSplitOptions.RemoveEmptyEntries)),
            days is { } count ? time.GetUtcNow().AddDays(count) : null,
            by,
            context.RequestAborted)!;
    });

    private static Task<IResult> RotateAsync(HttpContext context, string key, [FromServices] ApiKeys? keys) => ChangeAsync(context, keys, (known, form, by) =>
        known.RotateAsync(key, TimeSpan.FromHours(ReadNumber(form, "hours", MaxHours, "The hours for which both keys are accepted") ?? 0), by, context.RequestAborted)!);

    private static Task<IResult> RevokeAsync(HttpContext context, string key, [FromServices] ApiKeys? keys) => ChangeAsync(context, keys, async (known, _, by) =>
    {
        await known.RevokeAsync(key, force: false, by, context.RequestAborted);
        return null;
    });

    private static async Task<IResult> ChangeAsync(HttpContext context, ApiKeys? keys, Func<ApiKeys, IFormCollection, string, Task<NewApiKey?>> change)
    {
        if (keys is null)
            return await ShowAsync(context, keys);
        try
        {
            var form = await context.Request.ReadFormAsync(context.RequestAborted);
            return await ShowAsync(context, keys, await change(keys, form, context.Features.Get<Caller>()!.Name));
        }
        catch (ApiKeyException exception)
        {
            return await ShowAsync(context, keys, problem: exception.Message, status: exception.Error switch
            {
                ApiKeyError.NotFound => StatusCodes.Status404NotFound,
                ApiKeyError.Conflict => StatusCodes.Status409Conflict,
                _ => StatusCodes.Status400BadRequest,
            });
        }
    }

    private static async Task<IResult> ShowAsync(
        HttpContext context, ApiKeys? keys, NewApiKey? made = null, string? problem = null, int status = StatusCodes.Status200OK)
    {
        if (keys is null)
        {
            return ConsolePages.Notice(
                "No keys", "This node asks nobody who they are, so it has no keys; with the setting Security:Enabled it does.", StatusCodes.Status409Conflict);
        }

        var time = (TimeProvider)context.RequestServices.GetService(typeof(TimeProvider))!;
        return new ConsolePage<KeysPage>(new KeysView([.. (await keys.ListAsync(context.RequestAborted)).Reverse()], time.GetUtcNow(), made, problem), status);
    }

    private static int? ReadNumber(IFormCollection form, string field, int most, string what) => form[field].ToString().Trim() switch
    {
        "" => null,
        var text when int.TryParse(text, System.Globalization.NumberStyles.None, System.Globalization.CultureInfo.InvariantCulture, out var number) && number <= most => number,
        var text => throw new ApiKeyException(ApiKeyError.Invalid, $"{what} are '{text}'; a whole number of at most {most} is allowed."),
    };
}
