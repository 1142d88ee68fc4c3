// Browsers that know no modules run this and nothing else. The words of the oldest scripts only.
window.onload = function () {
  var notice = document.createElement('h1')
  notice.appendChild(
    document.createTextNode(
      '您的浏览器版本过旧，或处于兼容模式。请切换到极速模式，或使用 Chrome、Edge、360 等内核为 Chromium 86 以上的浏览器。' +
        ' This browser is too old: use one with Chromium 86 or later.',
    ),
  )
  document.body.appendChild(notice)
}
