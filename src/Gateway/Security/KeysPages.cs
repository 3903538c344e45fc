using System.Globalization;
using Microsoft.AspNetCore.Mvc;
using Progeny.Console.Hosting;
using Progeny.Console.Security;
using Progeny.Core.Security;
using Progeny.Silo.Security;
using Progeny.Silo.Security.Audit;

namespace Progeny.Gateway.Security;

/// <summary>The page of keys, for who may manage them, and its forms.</summary>
internal static class KeysPages
{
    private const string FormType = "application/x-www-form-urlencoded";
    private const int MaxDays = 3_650;
    private const int MaxHours = 720;

    private static readonly char[] _separators = [',', ' ', '\r', '\n'];

    public static void MapKeyPages(this IEndpointRouteBuilder routes)
    {
        var pages = routes.MapGroup("/keys").AsPages().Requires(Permissions.Administer, AccessScope.Node);
        pages.MapGet("", (HttpContext context, TimeProvider time, [FromServices] ApiKeys? keys) => ShowAsync(context, time, keys));
        pages.MapPost("", CreateAsync).Accepts<IFormCollection>(FormType);
        pages.MapPost("/{key}/rotate", RotateAsync).Accepts<IFormCollection>(FormType);
        pages.MapPost("/{key}/revoke", RevokeAsync).Accepts<IFormCollection>(FormType);
    }

    private static Task<IResult> CreateAsync(HttpContext context, TimeProvider time, [FromServices] ApiKeys? keys) =>
        ChangeAsync(context, time, keys, (known, form, by) =>
    {
        var days = ReadNumber(form, "days", MaxDays, "The days until the key expires");
        return known.CreateAsync(
            ApiKeyChecks.ReadName(form["name"].ToString().Trim()),
            ApiKeyChecks.ReadAccess(form["access"].ToString().Split(_separators, StringSplitOptions.RemoveEmptyEntries)),
            days is { } count ? time.GetUtcNow().AddDays(count) : null,
            by,
            context.RequestAborted)!;
    });

    private static Task<IResult> RotateAsync(HttpContext context, string key, TimeProvider time, [FromServices] ApiKeys? keys) =>
        ChangeAsync(context, time, keys, (known, form, by) =>
        known.RotateAsync(
            key,
            TimeSpan.FromHours(ReadNumber(form, "hours", MaxHours, "The hours for which both keys are accepted") ?? 0),
            by,
            context.RequestAborted)!);

    private static Task<IResult> RevokeAsync(HttpContext context, string key, TimeProvider time, [FromServices] ApiKeys? keys) =>
        ChangeAsync(context, time, keys, async (known, _, by) =>
    {
        var revoked = await known.RevokeAsync(key, force: false, by, context.RequestAborted);
        context.SetAudit(new { Revoked = false }, revoked.Select(KeysApi.Audited));
        return null;
    });

    private static async Task<IResult> ChangeAsync(
        HttpContext context, TimeProvider time, ApiKeys? keys, Func<ApiKeys, IFormCollection, string, Task<NewApiKey?>> change)
    {
        if (keys is null)
            return await ShowAsync(context, time, keys);
        try
        {
            var form = await context.Request.ReadFormAsync(context.RequestAborted);
            var made = await change(keys, form, context.GetCaller().Name);
            if (made is not null)
                context.SetAudit(null, KeysApi.Audited(made.Key), $"key {made.Key.Id}");
            return await ShowAsync(context, time, keys, made);
        }
        catch (ApiKeyException exception)
        {
            return await ShowAsync(context, time, keys, problem: exception.Message, status: exception.Error switch
            {
                ApiKeyError.NotFound => StatusCodes.Status404NotFound,
                ApiKeyError.Conflict => StatusCodes.Status409Conflict,
                _ => StatusCodes.Status400BadRequest,
            });
        }
    }

    private static async Task<IResult> ShowAsync(
        HttpContext context,
        TimeProvider time,
        ApiKeys? keys,
        NewApiKey? made = null,
        string? problem = null,
        int status = StatusCodes.Status200OK)
    {
        if (keys is null)
        {
            return ConsolePages.Notice(
                "No keys",
                "This node asks nobody who they are, so it has no keys; with the setting Security:Enabled it does.",
                StatusCodes.Status409Conflict);
        }

        return ConsolePages.Keys(
            new KeysView([.. (await keys.ListAsync(context.RequestAborted)).Reverse()], time.GetUtcNow(), made, problem), status);
    }

    private static int? ReadNumber(IFormCollection form, string field, int most, string what) => form[field].ToString().Trim() switch
    {
        "" => null,
        var text when int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number <= most => number,
        var text => throw new ApiKeyException(ApiKeyError.Invalid, $"{what} are '{text}'; a whole number of at most {most} is allowed."),
    };
}
