using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using Progeny.Gateway.Tests.Releases;

namespace Progeny.Gateway.Tests.Datasets;

public sealed class DatasetsApiTests(NodeFixture fixture) : IClassFixture<NodeFixture>
{
    private HttpClient Http => fixture.Node.Http;

    [Fact]
    public async Task File_is_put_shown_read_and_given_back()
    {
        var file = Encoding.UTF8.GetBytes("code;price\n007;1,50\n8;2,25\n");
        var (status, version) = await PutAsync("orders", file, "?file_name=orders.csv&decimal=,&description=sold");
        status.ShouldBe(HttpStatusCode.Created, version.ToJsonString());
        ((int)version["version"]!, (long)version["rows"]!, (string)version["format"]!).ShouldBe((1, 2, "csv"));
        version["columns"]!.ToJsonString().ShouldBe("""[{"name":"code","type":"VARCHAR"},{"name":"price","type":"DECIMAL(18,2)"}]""");

        var rows = (await Http.GetFromJsonAsync<JsonNode>("/api/datasets/orders/versions/latest/rows?limit=1&offset=1"))!;
        rows["rows"]!.ToJsonString().ShouldBe("""[{"code":"8","price":2.25}]""");
        ((long)rows["total"]!).ShouldBe(2);
        (await Http.GetByteArrayAsync("/api/datasets/orders/versions/1/content")).ShouldBe(file);
        var profile = (await Http.GetFromJsonAsync<JsonNode>("/api/datasets/orders/versions/1/profile"))!;
        ((string)profile["columns"]![0]!["looks"]!["example"]!).ShouldBe("007");
        var listed = (await Http.GetFromJsonAsync<JsonArray>("/api/datasets"))!.Single(one => (string)one!["name"]! == "orders")!;
        ((int)listed["latest"]!, (string)listed["description"]!, (long)listed["rows"]!).ShouldBe((1, "sold", 2));
    }

    [Fact]
    public async Task File_that_is_put_again_is_one_version_until_another_one_is_put()
    {
        var (first, second) = ("a,b\n1,2\n"u8.ToArray(), "a,b\n1,2\n3,4\n"u8.ToArray());
        var digest = Convert.ToHexStringLower(SHA256.HashData(first));
        (await PutAsync("again", first, $"?digest={digest}")).Status.ShouldBe(HttpStatusCode.Created);
        (await PutAsync("again", first, $"?digest={digest}")).Status.ShouldBe(HttpStatusCode.OK);
        ((int)(await PutAsync("again", first, "?header=false")).Body["version"]!).ShouldBe(2);
        ((int)(await PutAsync("again", second, "")).Body["version"]!).ShouldBe(3);
        ((int)(await PutAsync("again", first, "")).Body["version"]!).ShouldBe(4);
        (await PutAsync("again", second, $"?digest={digest}")).Status.ShouldBe(HttpStatusCode.BadRequest);

        ((long)(await PutAsync("again", second, "?append=true")).Body["rows"]!).ShouldBe(3);
        var (status, repeated) = await PutAsync("again", second, "?append=true");
        (status, (int)repeated["version"]!).ShouldBe((HttpStatusCode.OK, 5));
        var versions = (await Http.GetFromJsonAsync<JsonArray>("/api/datasets/again/versions"))!;
        versions.Select(version => (int)version!["version"]!).ShouldBe([5, 4, 3, 2, 1]);
        var comparison = (await Http.GetFromJsonAsync<JsonNode>("/api/datasets/again/compare?from=4&to=5"))!;
        ((long)comparison["rows_before"]!, (long)comparison["rows_after"]!).ShouldBe((1, 3));
    }

    [Fact]
    public async Task Same_file_that_many_put_at_once_is_one_version()
    {
        var file = "a,b\n1,2\n"u8.ToArray();
        var answers = await Task.WhenAll(Enumerable.Range(0, 6).Select(_ => PutAsync("together", file, "")));
        answers.ShouldAllBe(answer => (int)answer.Body["version"]! == 1);
    }

    [Fact]
    public async Task What_is_no_table_is_kept_and_says_why()
    {
        var (status, version) = await PutAsync("photos", [0xFF, 0xD8, 0xFF, 0, 1, 2], "?file_name=a.jpg");
        status.ShouldBe(HttpStatusCode.Created);
        ((string)version["format"]!, version["rows"]).ShouldBe(("file", null));
        ((string)version["note"]!).ShouldNotBeEmpty();
        using var rows = await Http.GetAsync("/api/datasets/photos/versions/1/rows");
        rows.StatusCode.ShouldBe(HttpStatusCode.Conflict);
    }

    [Theory]
    [InlineData("/api/datasets/bad", "?types=a=word", "no type")]
    [InlineData("/api/datasets/bad", "?types=a", "'types'")]
    [InlineData("/api/datasets/bad", "?format=xls", "'format'")]
    [InlineData("/api/datasets/bad", "?encoding=klingon", "encoding")]
    [InlineData("/api/datasets/bad", "?separator=ab", "separator")]
    [InlineData("/api/datasets/bad", "?decimal=x", "'decimal'")]
    [InlineData("/api/datasets/Bad%20name", "", "name")]
    public async Task Request_that_cannot_be_is_refused_and_leaves_nothing(string path, string query, string message)
    {
        using var response = await Http.PostAsync(path + query, Bytes("a,b\n1,2\n"u8.ToArray()));
        response.IsSuccessStatusCode.ShouldBeFalse();
        ((string)(await response.Content.ReadFromJsonAsync<JsonNode>())!["detail"]!).ShouldContain(message);
        (await Http.GetAsync("/api/datasets/bad")).StatusCode.ShouldBe(HttpStatusCode.NotFound);
    }

    [Fact]
    public async Task Rows_without_a_version_are_those_of_the_newest_one_and_what_was_appended_since()
    {
        await AppendAsync("fresh", """{"id": 1}""" + "\n" + """{"id": 2}""");
        var rows = (await Http.GetFromJsonAsync<JsonNode>("/api/datasets/fresh/rows?offset=1"))!;
        (rows["rows"]!.ToJsonString(), (long)rows["total"]!).ShouldBe(("""[{"id":2}]""", 2));

        // A put comes behind the rows that were appended before it, which are a version by then.
        var (_, put) = await PutAsync("fresh", "id\n7\n"u8.ToArray(), "?file_name=ids.csv");
        ((int)put["version"]!, (long)put["rows"]!).ShouldBe((2, 1));
        await AppendAsync("fresh", """{"id": 8, "note": "late"}""");
        rows = (await Http.GetFromJsonAsync<JsonNode>("/api/datasets/fresh/rows"))!;
        rows["rows"]!.ToJsonString().ShouldBe("""[{"id":7,"note":null},{"id":8,"note":"late"}]""");
        ((int)(await PutAsync("fresh", "id\n7\n"u8.ToArray(), "?file_name=ids.csv")).Body["version"]!).ShouldBe(4);
        (await Http.GetFromJsonAsync<JsonNode>("/api/datasets/fresh/rows"))!["rows"]!.ToJsonString().ShouldBe("""[{"id":7}]""");

        using var none = await Http.GetAsync("/api/datasets/nothing/rows");
        none.StatusCode.ShouldBe(HttpStatusCode.NotFound);
        await PutAsync("picture", [0xFF, 0xD8, 0], "");
        using var picture = await Http.GetAsync("/api/datasets/picture/rows");
        picture.StatusCode.ShouldBe(HttpStatusCode.Conflict);
    }

    [Fact]
    public async Task Version_is_removed_unless_it_is_needed_and_a_dataset_with_all_of_them()
    {
        await PutAsync("gone", "a\n1\n"u8.ToArray(), "");
        await PutAsync("gone", "a\n2\n"u8.ToArray(), "");
        using (var needed = await Http.DeleteAsync("/api/datasets/gone/versions/2"))
        {
            needed.StatusCode.ShouldBe(HttpStatusCode.Conflict);
            (await needed.Content.ReadFromJsonAsync<JsonNode>())!["needed_by"]!.AsArray().ShouldHaveSingleItem();
        }

        using (var removed = await Http.DeleteAsync("/api/datasets/gone/versions/1?reason=old&by=ada"))
        {
            var version = (await removed.Content.ReadFromJsonAsync<JsonNode>())!;
            ((string)version["state"]!, (string)version["removal"]!["by"]!).ShouldBe(("removed", "ada"), version.ToJsonString());
        }

        (await Http.GetAsync("/api/datasets/gone/versions/1/rows")).StatusCode.ShouldBe(HttpStatusCode.NotFound);
        (await Http.GetAsync("/api/datasets/gone/versions/1/content")).StatusCode.ShouldBe(HttpStatusCode.NotFound);
        using var kept = await Http.PutAsJsonAsync("/api/datasets/gone/retention", new { keep_versions = 3, keep_for = "30.00:00:00" });
        ((int)(await kept.Content.ReadFromJsonAsync<JsonNode>())!["keep_versions"]!).ShouldBe(3);
        using var none = await Http.PutAsJsonAsync("/api/datasets/gone/retention", new { keep_versions = 0 });
        none.StatusCode.ShouldBe(HttpStatusCode.BadRequest);
        (await Http.DeleteAsync("/api/datasets/gone")).StatusCode.ShouldBe(HttpStatusCode.NoContent);
        (await Http.DeleteAsync("/api/datasets/gone")).StatusCode.ShouldBe(HttpStatusCode.NotFound);
        ((int)(await PutAsync("gone", "a\n3\n"u8.ToArray(), "")).Body["version"]!).ShouldBe(1);
    }

    private async Task AppendAsync(string dataset, string lines)
    {
        using var body = new StringContent(lines, Encoding.UTF8, "application/x-ndjson");
        using var response = await Http.PostAsync($"/api/datasets/{dataset}/rows", body);
        response.StatusCode.ShouldBe(HttpStatusCode.OK, await response.Content.ReadAsStringAsync());
    }

    private async Task<(HttpStatusCode Status, JsonNode Body)> PutAsync(string dataset, byte[] file, string query)
    {
        using var response = await Http.PostAsync($"/api/datasets/{dataset}{query}", Bytes(file));
        return (response.StatusCode, (await response.Content.ReadFromJsonAsync<JsonNode>())!);
    }

    private static ByteArrayContent Bytes(byte[] file) =>
        new(file) { Headers = { ContentType = new MediaTypeHeaderValue("application/octet-stream") } };
}
