using System.Text;
using Progeny.Core.Alerts;

namespace Progeny.Core.Tests.Alerts;

/// <summary>What is read from the answer of a webhook that is asked about a step.</summary>
public sealed class WebhookAnswerTests
{
    [Theory]
    [InlineData(200, "", true, "it answered 200")]
    [InlineData(204, " \r\n", true, "it answered 204")]
    [InlineData(200, "{}", true, "it answered 200")]
    [InlineData(200, """{"allow": true, "reason": "fine"}""", true, "it answered 200: fine")]
    [InlineData(200, """{"allow": false, "reason": "no\u0000\ntwice"}""", false, "it answered 200: no  twice")]
    [InlineData(403, "", false, "it answered 403")]
    [InlineData(403, """{"allow": true, "reason": "closed"}""", false, "it answered 403: closed")]
    [InlineData(404, "<html>", false, "it answered 404")]
    [InlineData(200, "<html>", null, "it answered 200; its body is no JSON")]
    [InlineData(200, "[]", null, "it answered 200; its body is no object")]
    [InlineData(200, """{"allow": "no"}""", null, "it answered 200; its 'allow' is neither true nor false")]
    [InlineData(302, "", null, "it answered 302; 200 to 299 (it allows) or 400 to 499 (it refuses) would be right")]
    [InlineData(503, "", null, "it answered 503")]
    public void Answer_allows_refuses_or_says_nothing(int status, string body, bool? allow, string message)
    {
        var answer = WebhookAnswer.Read(status, Encoding.UTF8.GetBytes(body));
        answer.Allow.ShouldBe(allow);
        answer.Message.ShouldStartWith(message);
    }

    [Fact]
    public void Answer_that_is_too_long_does_not_allow()
    {
        WebhookAnswer.Read(200, new byte[WebhookAnswer.MaxBytes + 1]).Allow.ShouldBeNull();
        WebhookAnswer.Read(400, new byte[WebhookAnswer.MaxBytes + 1]).Allow.ShouldBe(false);
        WebhookAnswer.Read(200, Encoding.UTF8.GetBytes($$"""{"reason": "{{new string('x', 10_000)}}"}""")).Message.Length.ShouldBeLessThan(
            600);
    }
}
