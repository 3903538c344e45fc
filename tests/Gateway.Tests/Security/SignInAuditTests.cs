using System.Security.Claims;
using Microsoft.Extensions.DependencyInjection;

namespace Progeny.Gateway.Tests.Security;

/// <summary>What the audit log has of sign-ins.</summary>
public sealed class SignInAuditTests(SignInNode sign) : IClassFixture<SignInNode>
{
    [Fact]
    public async Task Sign_ins_and_sign_outs_are_in_the_audit_log_by_who_did_them()
    {
        sign.Issuer.Claims.Clear();
        using var browser = new Browser(sign.Node.Http.BaseAddress!);
        await browser.FollowAsync("/sign-in/openid"); // without a role
        sign.Issuer.Claims.Add(new Claim("roles", "ml-team"));
        await browser.FollowAsync("/sign-in/openid");
        await browser.PostAsync(await browser.GetAsync("/"), "/sign-out", []);
        await browser.SignInAsync((await sign.CreateAsync("audited", "viewer")).Text);
        await browser.SignInAsync("pgy_wrong");

        var log = sign.Node.Services.GetRequiredService<Progeny.Core.Security.Audit.IAuditLog>();
        var entries = (await log.ListAsync(new(null, null, null, null, "session", null, 5), CancellationToken.None))
            .Select(stored => stored.ToEntry()).Reverse().ToList();

        entries.Select(entry => (entry.Action, entry.By, entry.Status)).ShouldBe(
        [
            ("session.create", "unknown", 403),
            ("session.create", "user:ada", 302),
            ("session.delete", "user:ada", 303),
            ("session.create", "key:audited", 303),
            ("session.create", "key:audited", 401), // who is signed in, and tries another key
        ]);
        entries[1].Subject.ShouldNotBeNull().ShouldStartWith("session ");
        entries[2].Subject.ShouldBe(entries[1].Subject);
        entries.ShouldAllBe(entry => !entry.Request!.Contains("code=", StringComparison.Ordinal));
    }
}
