using System.Text.Json;

namespace Progeny.Floor;

/// <summary>Reads the body and answers a constant of the usual size: what no server on Kestrel can be faster than.</summary>
internal sealed class BareEndpoint
{
    private readonly byte[] answer;

    public BareEndpoint(ModelSettings settings) => answer = JsonSerializer.SerializeToUtf8Bytes(
        new
        {
            settings.Project,
            settings.Version,
            Predictions = new[]
            {
                new { QueryId = Guid.CreateVersion7(), Label = settings.Classes[0], Probabilities = settings.Classes.ToDictionary(
                    name => name, _ => 1f / settings.Classes.Length) },
            },
        },
        new JsonSerializerOptions { PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower });

    public async Task AnswerAsync(HttpContext context)
    {
        var body = context.Request.BodyReader;
        var read = await body.ReadAtLeastAsync((int)context.Request.ContentLength!.Value, context.RequestAborted);
        body.AdvanceTo(read.Buffer.End);
        context.Response.ContentType = "application/json";
        context.Response.ContentLength = answer.Length;
        await context.Response.BodyWriter.WriteAsync(answer, context.RequestAborted);
    }
}
