using System.Runtime.InteropServices;
using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.Components.Web;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;
using Progeny.Abstractions.Queries;
using Progeny.Console.Hosting;
using Progeny.Console.QueryLog;
using Progeny.Core.Common;
using Progeny.Core.Queries;
using Progeny.Core.QueryLog;

namespace Progeny.Gateway.Tests;

public sealed class QueryPageTests
{
    private static readonly QueryRecord _record = new()
    {
        At = DateTimeOffset.UnixEpoch,
        QueryId = "q",
        Project = "prices",
        Release = "1.0.0",
        Generation = 2,
        Arm = "champion",
        Reason = "share",
        Fields = new Dictionary<string, object?> { ["rooms"] = 3L, ["street"] = null },
        Latency = new QueryLatency(100, 0, 400, 12_345),
    };

    [Fact]
    public async Task Number_is_shown_as_a_number_and_a_missing_field_as_missing()
    {
        var page = await RenderAsync(_record with { Prediction = Value(1234.5f) });
        page.ShouldContain("""<p class="big">1,234</p>""");
        page.ShouldContain("missing");
        page.ShouldContain("12 ms");
        page.ShouldContain("None was reported yet.");
    }

    [Fact]
    public async Task Augmented_features_and_rules_that_fired_are_shown()
    {
        var page = await RenderAsync(_record with
        {
            Prediction = Value(1),
            Augmented = new Dictionary<string, object?> { ["income"] = 41_000L },
            Rules = ["cap <high> prices"],
        });
        page.ShouldContain("""<th scope="row">income</th>""");
        page.ShouldContain("<td>41000</td>");
        page.ShouldContain("<li>cap &lt;high&gt; prices</li>");
    }

    [Fact]
    public async Task Failed_query_shows_its_error()
    {
        var page = await RenderAsync(_record with { Error = "the feed 'crm' did not answer" });
        page.ShouldContain("the feed 'crm' did not answer");
    }

    [Fact]
    public async Task Tensors_are_shown_by_output()
    {
        var scores = new Tensor
        {
            Name = "scores",
            Type = DataType.Fp32,
            Shape = [1, 2],
            Data = MemoryMarshal.AsBytes<float>(new[] { 0.25f, 0.75f }).ToArray(),
        };
        var page = await RenderAsync(_record with { Outputs = new LoggedTensors([scores], HasData: true) });
        page.ShouldContain("""<th scope="row">scores</th>""");
        page.ShouldContain("\"datatype\":\"FP32\"");
    }

    private static Prediction Value(float value) => new() { Classes = [], Scores = new[] { value }, Labels = default };

    private static async Task<string> RenderAsync(QueryRecord record)
    {
        var collection = new ServiceCollection().AddSingleton(TimeProvider.System).AddSingleton(new NodeName("n"));
        collection.AddConsole();
        await using var services = collection.BuildServiceProvider();
        await using var renderer = new HtmlRenderer(services, NullLoggerFactory.Instance);
        var parameters = ParameterView.FromDictionary(
            new Dictionary<string, object?>(StringComparer.Ordinal) { ["Model"] = new LoggedQuery(1, record, 1, []) });
        var html = await renderer.Dispatcher.InvokeAsync(
            async () => (await renderer.RenderComponentAsync<QueryPage>(parameters)).ToHtmlString());
        return html.Replace("&#x27;", "'", StringComparison.Ordinal).Replace("&quot;", "\"", StringComparison.Ordinal);
    }
}
